"""The sentences of `tendu train` and `tendu export` in Korean, as in words.py."""

TRAINING = {
    "Calibrate the confidence on people whom training held out: a set of the recipe and its held; may be given several "
    "times.": (
        "학습에서 빼 둔 사람들로 확신도를 보정합니다. 레시피의 세트와 그 held 값을 줍니다. 여러 번 줄 수 있습니다."
    ),
    "Train a model of one's own.": "모델을 직접 학습시킵니다.",
    "Train a model from a recipe.": "레시피에 따라 모델을 학습시킵니다.",
    "The folder gets checkpoint.pt, progress.jsonl, judged.jsonl and curves.png. Ctrl-C saves a checkpoint first.": (
        "폴더에 checkpoint.pt, progress.jsonl, judged.jsonl, curves.png를 씁니다. Ctrl-C를 누르면 먼저 체크포인트를 "
        "저장합니다."
    ),
    "Where the recipe's label files are; here, when not given.": (
        "레시피의 라벨 파일이 있는 폴더. 주지 않으면 현재 폴더입니다."
    ),
    "Begin with these weights: a model's name, a MoveNet .tflite or TensorFlow.js .json file, or a checkpoint.": (
        "이 가중치에서 시작합니다. 모델 이름, MoveNet .tflite나 TensorFlow.js .json 파일, 체크포인트를 줍니다."
    ),
    "Learn from this network, given as for --start; from the start itself, when not given.": (
        "이 네트워크에게서 배웁니다. --start처럼 줍니다. 주지 않으면 시작 가중치에게서 배웁니다."
    ),
    "Where the run is kept.": "학습 기록을 둘 폴더.",
    "Train for so long.": "이 시간만큼 학습합니다(분).",
    "Train so many steps.": "이 단계 수만큼 학습합니다.",
    "Go on from the folder's checkpoint.": "폴더의 체크포인트에서 이어 갑니다.",
    "Measure AP on these annotated photos at each checkpoint; may be given several times.": (
        "체크포인트마다 이 사진들로 AP를 잽니다. 여러 번 줄 수 있습니다."
    ),
    "Write a checkpoint so often; every 5 minutes when not given.": (
        "체크포인트를 이 간격(분)으로 씁니다. 주지 않으면 5분마다입니다."
    ),
    "Read so many crops of each set at most.": "세트마다 최대 이만큼만 읽습니다.",
    "Processor threads for each of two parts.": "두 부분이 각각 쓰는 프로세서 스레드 수.",
    "Where to learn, as PyTorch calls it: cpu, cuda, mps; a CUDA GPU where there is one, when not given.": (
        "학습할 장치를 PyTorch의 이름(cpu, cuda, mps)으로 줍니다. 주지 않으면 CUDA GPU가 있을 때 그것을 씁니다."
    ),
    "Write a trained model as TensorFlow Lite files.": "학습한 모델을 TensorFlow Lite 파일로 씁니다.",
    "Write a trained network as TensorFlow Lite files, each with its card.": (
        "학습한 네트워크를 TensorFlow Lite 파일로 쓰고, 파일마다 카드를 붙입니다."
    ),
    "Each file is compared with the network in PyTorch; what is printed stands in its .md too.": (
        "파일마다 PyTorch의 네트워크와 비교합니다. 출력한 내용은 .md에도 들어갑니다."
    ),
    "The model's file; its name is the model's. A precision's name is added where several are written.": (
        "모델 파일. 파일 이름이 모델 이름이 됩니다. 여러 개를 쓸 때는 정밀도 이름이 붙습니다."
    ),
    "How numbers are kept; int8 when not given; int4 is int8 with 4-bit weights in large layers; may be given several "
    "times.": (
        "수를 저장하는 방식. 주지 않으면 int8입니다. int4는 큰 층의 가중치만 4비트로 저장하는 int8입니다. 여러 번 줄 수 있습니다."
    ),
    "Training crops on which int8 and int4 see their ranges, channels are seen together and files are compared: any set "
    "that a recipe takes, such as a .jsonl, COCO's .json or a folder of VOC's .xml; may be given several times.": (
        "int8과 int4의 값 범위를 정하고, 채널을 줄이고, 파일을 비교할 때 보는 학습용 사진. .jsonl, COCO의 .json, VOC의 .xml이 든 "
        "폴더처럼 레시피가 받는 세트면 됩니다. 여러 번 줄 수 있습니다."
    ),
    "The side of the input, px; the network's own when not given.": (
        "입력 한 변의 픽셀 수. 주지 않으면 네트워크의 크기를 그대로 씁니다."
    ),
    "Fewer channels within the 17 blocks, chosen and fitted without training.": (
        "블록 17개 안의 채널을 이 수로 줄입니다. 학습 없이 고르고 맞춥니다."
    ),
    "Fewer channels behind the last block, fitted likewise.": "마지막 블록 뒤의 채널을 같은 방법으로 줄입니다.",
    "Measure AP on these annotated photos; may be given several times.": (
        "이 사진들로 AP를 잽니다. 여러 번 줄 수 있습니다."
    ),
    "Mix in another network with this share.": "이 비율로 다른 네트워크를 섞습니다.",
    "Under which licence the file is offered, as SPDX names it; not stated, when not given.": (
        "파일을 어떤 라이선스로 내놓는지 SPDX 이름으로 적습니다. 주지 않으면 밝히지 않은 것으로 적습니다."
    ),
    "Who made it, and of what.": "누가 무엇으로 만들었는지.",
    "One sentence on what it is good for.": "어디에 좋은지 한 문장.",
    "Markdown on data, training and limits, to stand in the card.": (
        "데이터, 학습, 한계에 대한 Markdown 글. 카드에 들어갑니다."
    ),
    "Processor threads for measuring.": "측정에 쓰는 프로세서 스레드 수.",
    "Which crops int8 and int4 see, by chance; AP on a few hundred photos moves by one with it.": (
        "int8과 int4가 볼 조각을 고르는 난수의 씨앗. 사진 몇백 장의 AP는 이것만으로 1쯤 달라집니다."
    ),
    "Let int8 and int4 learn at last, for so many steps on the recipe's pictures, to say rounded what the network says; the "
    "folder is where the recipe's label files are.": (
        "int8과 int4가 마지막에 레시피의 사진으로 이만큼의 단계를 배워, 반올림하기 전의 신경망이 말하던 것을 말하게 합니다. "
        "폴더는 레시피의 라벨 파일이 있는 곳입니다."
    ),
    "The size of the pictures that it settles on; may be given several times, for a file that is read at several sizes.": (
        "그때 보는 사진의 크기. 여러 크기로 읽을 파일이라면 여러 번 줄 수 있습니다."
    ),
}
