"""Every sentence of help and summaries in Korean: data only; the English ones are the keys."""

from tendu.cli.words_training import TRAINING

KOREAN = {
    # help screens
    "Usage:": "사용법:",
    "Options": "옵션",
    "Commands": "명령",
    "Examples": "예",
    "Verbs": "명령",
    "Show this message and exit.": "이 도움말을 보여 줍니다.",
    "Show the version and exit.": "버전을 보여 줍니다.",
    'Run "{command} --help" for help.': '"{command} --help"로 도움말을 볼 수 있습니다.',
    # tendu --help
    "Find people's poses in photos, films and live cameras: 17 keypoints each.": (
        "사진, 동영상, 카메라에서 사람의 자세를 찾습니다. 한 사람마다 관절 등 17개 지점을 찾습니다."
    ),
    "print the keypoints of a photo": "사진에서 찾은 지점을 출력",
    "draw on every photo of a folder, and keep the poses": "폴더의 사진마다 자세를 그리고, 좌표도 저장",
    "a film with skeletons, and a table": "골격을 그린 동영상과 좌표 표",
    "watch the first camera; q ends it": "첫 번째 카메라를 화면으로 보기, q로 끝냄",
    "from a pipe into a pipe, as JSON lines": "파이프로 받아 JSON 줄로 내보내기",
    "Find poses in photos, films and cameras; it need not be typed.": (
        "사진, 동영상, 카메라에서 자세를 찾습니다. 이 명령은 생략할 수 있습니다."
    ),
    "List the models; fetch, show, save or verify them.": "모델 목록을 보고, 내려받고, 자세히 보고, 저장하고, 검사합니다.",
    "Check this machine: what is installed, what runs, and what to do about the rest.": (
        "이 컴퓨터를 점검합니다. 무엇이 설치되어 있고 실행되는지, 없는 것은 어떻게 할지 알려 줍니다."
    ),
    "English or Korean; when not given, as TENDU_LANG or the locale says.": (
        "영어(en) 또는 한국어(ko). 주지 않으면 TENDU_LANG이나 로캘을 따릅니다."
    ),
    "Show where in the program an error came from.": "오류가 프로그램의 어디에서 났는지 보여 줍니다.",
    '"tendu run --help" shows all options for photos and films; each verb has its own --help.': (
        '사진과 동영상에 쓰는 옵션은 "tendu run --help"에 모두 있습니다. 명령마다 --help가 있습니다.'
    ),
    # tendu run --help
    "Find poses in photos, films and cameras; keep, draw or show them.": (
        "사진, 동영상, 카메라에서 자세를 찾아 저장하거나 그리거나 화면에 보여 줍니다."
    ),
    "SOURCE is a photo, several photos or a folder of them, a film, a camera's number (0 is the first), an http or "
    "rtsp address, or - for a photo or film on standard input.": (
        "SOURCE는 사진 한 장이나 여러 장, 사진 폴더, 동영상, 카메라 번호(첫 번째가 0), http나 rtsp 주소입니다. "
        "-를 주면 표준 입력에서 사진이나 동영상을 읽습니다."
    ),
    "TARGET is chosen by its ending. Poses: .jsonl, .json, .csv, .parquet, .coco.json, .openpose. Pictures with "
    "everyone drawn on them: .mp4, .gif, .png, .jpg, .webp, or a folder. JSON lines on standard output: -.": (
        "TARGET의 종류는 이름 끝으로 정해집니다. 좌표는 .jsonl, .json, .csv, .parquet, .coco.json, .openpose, "
        "자세를 그린 그림은 .mp4, .gif, .png, .jpg, .webp 또는 폴더입니다. -를 주면 표준 출력에 JSON 줄을 씁니다."
    ),
    "Without a target the keypoints of photos are printed.": (
        "TARGET이 없으면 사진에서 찾은 지점을 화면에 출력합니다."
    ),
    "Where results go; may be given several times.": "결과를 쓸 곳. 여러 번 줄 수 있습니다.",
    "Replace outputs that are there already.": "이미 있는 결과를 덮어씁니다.",
    "Show the drawn pictures in a window; q closes it.": "자세를 그린 그림을 창에 보여 줍니다. q를 누르면 닫힙니다.",
    "The most people to look for; 1 when not given.": "찾을 사람 수의 최댓값. 주지 않으면 1명입니다.",
    "How sure the model must be of a person, from 0 to 1; 0.25 when not given.": (
        "사람으로 인정할 최소 확신도, 0부터 1까지. 주지 않으면 0.25입니다."
    ),
    "How a photo is looked at. once: the whole photo, the published way. zoom: then closer at the person. mirrored: "
    "zoom, checked against the mirror image. tiles: part by part, for many or small people. auto, when not given: "
    "zoom for one person, tiles for more.": (
        "사진을 보는 방법. once: 사진 전체를 한 번, 모델이 발표된 방식. zoom: 그다음 사람을 더 가까이. "
        "mirrored: zoom에 좌우를 뒤집은 그림까지. tiles: 사진을 나누어, 사람이 많거나 작을 때. "
        "주지 않으면 auto: 한 사람이면 zoom, 여럿이면 tiles."
    ),
    "Begin a film here: seconds (90.5) or minutes and seconds (1:30.5).": (
        "동영상의 여기부터: 초(90.5) 또는 분과 초(1:30.5)."
    ),
    "End a film before this moment.": "동영상의 여기 앞까지.",
    "Take every Nth frame or photo only.": "프레임이나 사진을 N개마다 하나씩만 봅니다.",
    "Photos a second of a film made of photos; one when not given. A film keeps its times.": (
        "사진으로 만드는 동영상의 초당 사진 수. 주지 않으면 1장입니다. 동영상은 원래 시간을 지킵니다."
    ),
    "Report one person of a film only: the largest or the most central of the first frame with anybody, and whoever is "
    "that a second after they were last seen, under a new number; or the one who got this number; up to 5 people are "
    "looked for when --people is not given.": (
        "동영상에서 한 사람만 알립니다. 사람이 처음 나온 프레임에서 가장 큰 사람(largest)이나 가운데 사람(centre)이고, 그 사람이 1초 동안 "
        "보이지 않으면 그때의 그런 사람을 새 번호로 이어 알립니다. 또는 이 번호를 받은 사람입니다. --people을 주지 않으면 5명까지 찾습니다."
    ),
    "Make the faces of all who are reported unrecognisable; whoever is not reported stays as they are.": (
        "찾은 사람의 얼굴을 알아볼 수 없게 합니다. 찾지 못했거나 빠진 사람은 그대로입니다."
    ),
    "Draw people on black instead of on the picture.": "사진 대신 검은 바탕에 그립니다.",
    "Draw everybody's box.": "사람마다 상자를 그립니다.",
    "What is written above everybody; track, when not given, where several people are looked for, else none.": (
        "사람 위에 쓰는 것. 주지 않으면 여러 사람을 찾을 때 track, 아니면 none입니다."
    ),
    "Leave points in films shaking as the model sees them.": (
        "동영상에서 지점의 떨림을 다듬지 않고 모델이 본 그대로 둡니다."
    ),
    'A model\'s name, see "tendu models", or a .tflite or .onnx file.': '모델 이름("tendu models" 참고) 또는 .tflite나 .onnx 파일.',
    "Look for model files in this folder too.": "이 폴더에서도 모델 파일을 찾습니다.",
    "float, when not given: read the model's inner numbers, which is more exact. published: take its own output.": (
        "주지 않으면 float: 모델 안쪽의 값을 읽어 더 정확합니다. published: 모델의 출력을 그대로 씁니다."
    ),
    "file, when not given: compute as the model's file says. float: compute an INT8 model in float, slower and a "
    "little more exact.": (
        "주지 않으면 file: 모델 파일대로 계산합니다. float: INT8 모델을 실수로 계산하여 느리지만 조금 더 정확합니다."
    ),
    "The side of a MoveNet's input, a multiple of 32; the file's own when not given. Smaller is faster, larger sees "
    "smaller people.": (
        "MoveNet 입력 그림 한 변의 픽셀 수, 32의 배수. 주지 않으면 파일의 크기. 작으면 빠르고, 크면 작은 사람도 보입니다."
    ),
    "What runs the model; auto, when not given, takes the fastest one installed.": (
        "모델을 실행할 엔진. 주지 않으면 auto: 설치된 것 가운데 가장 빠른 것을 씁니다."
    ),
    "Processor threads for the model; when not given all cores up to 4, one fewer in films of over a megapixel.": (
        "모델이 쓸 스레드 수. 주지 않으면 모든 코어를 4개까지, 100만 화소가 넘는 영상에서는 하나 적게 씁니다."
    ),
    "Show no progress and no summary; errors are still shown.": (
        "진행 상황과 요약을 보여 주지 않습니다. 오류는 보여 줍니다."
    ),
    # tendu models --help
    "mAP is what a model's makers publish; their photos are cropped to one person each.": (
        "mAP는 모델을 만든 곳에서 발표한 값으로, 한 사람씩 잘라 낸 사진으로 잰 것입니다."
    ),
    "Search this folder for model files too.": "이 폴더에서도 모델 파일을 찾습니다.",
    "Show all that is known of a model.": "모델에 대해 알려진 것을 모두 보여 줍니다.",
    "Load models that are not here yet and print where they are.": (
        "아직 없는 모델을 내려받고 어디에 있는지 알려 줍니다."
    ),
    "They are kept in the user's cache, or in the folder that --models names.": (
        "사용자 캐시나 --models로 준 폴더에 저장합니다."
    ),
    "Write a model's file for other programs: a web page, a phone.": (
        "다른 프로그램(웹 페이지, 휴대전화)에서 쓸 모델 파일을 저장합니다."
    ),
    "It is as tendu runs it: with the input size of its card, and with weights of 4 bits, which other runtimes compute slowly, "
    "in 8. A server that compresses what it sends sends no more for that. Its card is written beside it, as .json: by it tendu runs "
    "the file as the model, and pages know how likely right a confidence is.": (
        "tendu가 실행하는 그대로, 카드의 입력 크기로 저장합니다. 다른 런타임에서 느린 4비트 가중치는 8비트로 바꿉니다. "
        "압축해서 보내는 서버라면 전송량은 늘지 않습니다. 옆에 카드(.json)도 씁니다. tendu는 이 카드로 파일을 그 모델로 실행하고, "
        "웹 페이지는 확신도가 맞을 확률을 압니다."
    ),
    "The side of the input, a multiple of 32; the model's own when not given.": (
        "입력 한 변의 길이. 32의 배수이며, 주지 않으면 모델의 크기를 씁니다."
    ),
    "Check model files against their checksums: those named, or all that are here.": (
        "이름을 준 모델이나 여기 있는 모든 모델의 파일을 체크섬으로 검사합니다."
    ),
    "Ends with 1 if a file is damaged or a named one is not here.": (
        "파일이 손상되었거나 이름을 준 모델이 없으면 1로 끝납니다."
    ),
    # tendu doctor --help
    "What is installed, what the default model really runs on, and what to do about what is missing.": (
        "무엇이 설치되어 있고 기본 모델이 실제로 무엇으로 실행되는지, 없는 것은 어떻게 할지 알려 줍니다."
    ),
    "Ends with 0 where the default model runs, with 1 where it does not.": (
        "기본 모델이 실행되면 0으로, 안 되면 1로 끝납니다."
    ),
    "A folder to search for models before all others.": "다른 곳보다 먼저 모델을 찾을 폴더.",
    "Measure the runtimes anew, for instance after a busy first time.": (
        "실행 엔진의 속도를 다시 잽니다. 처음 잴 때 컴퓨터가 바빴다면 필요합니다."
    ),
    "The same as one JSON object.": "같은 내용을 JSON 객체 하나로 출력합니다.",
    # tendu evaluate --help
    "Measure models on annotated photos: how exact, how sure, how fast.": (
        "표시가 있는 사진으로 모델을 잽니다. 얼마나 정확하고 확실하고 빠른지 봅니다."
    ),
    "Measure models on photos with COCO's person_keypoints annotations.": (
        "COCO person_keypoints 주석이 있는 사진으로 모델을 잽니다."
    ),
    "The annotations' category names the keypoints that count, or they are COCO's 17; a model must find them all.": (
        "주석의 category가 셈에 드는 키포인트를 이름으로 정하며, 이름이 없으면 COCO의 17개입니다. 모델은 이를 모두 찾아야 합니다."
    ),
    "AP and AR are computed by pycocotools over every guess, however unsure. Each combination of the options that are "
    "given several times is a row of the table; one that cannot be measured gets a sentence, and the rest still comes.": (
        "AP와 AR은 pycocotools가 아무리 불확실한 것이라도 모든 추정으로 계산합니다. 여러 번 준 옵션의 조합마다 표의 한 줄이 "
        "되고, 잴 수 없는 조합은 한 문장으로 알리고 나머지는 계속합니다."
    ),
    "cropped: photos of one person, cut to the square around the true box, as Google's mAP. whole, when not given: "
    "photos of one person, seen as they are. people: everyone in every photo.": (
        "cropped: 한 사람 사진을 실제 상자 둘레의 정사각형으로 자름(구글의 mAP와 비슷). whole(기본): 한 사람 사진을 그대로. "
        "people: 모든 사진의 모든 사람."
    ),
    "With cropped: the side of the square over the longer side of the true box; 1 when not given.": (
        "cropped에서 정사각형 한 변을 실제 상자의 긴 변으로 나눈 값. 주지 않으면 1."
    ),
    "Photos without people: how often is somebody reported?": "사람이 없는 사진: 얼마나 자주 사람이 있다고 하는지 봅니다.",
    "COCO's person_keypoints file, where the folder has several or none.": (
        "COCO person_keypoints 파일. 폴더에 여럿이거나 없을 때 줍니다."
    ),
    'A model, see "tendu models"; may be given several times, as may the next five.': (
        '모델("tendu models" 참고). 다음 다섯 옵션과 함께 여러 번 줄 수 있습니다.'
    ),
    "How a photo is looked at.": "사진을 보는 방법.",
    "How the model's numbers are read.": "모델의 출력을 읽는 방법.",
    "How the model is computed.": "모델을 계산하는 방법.",
    "The side of a MoveNet's input, a multiple of 32; the file's own when not given.": (
        "MoveNet 입력 그림 한 변의 픽셀 수, 32의 배수. 주지 않으면 파일의 크기."
    ),
    "What runs the model.": "모델을 실행할 엔진.",
    "Processor threads for the model.": "모델에 쓸 프로세서 스레드 수.",
    "Look for so many people at most; 1, or 20 with the protocol people.": (
        "찾을 사람의 최대 수. 주지 않으면 1, people에서는 20."
    ),
    "The confidence at which people count as found and as ghosts; AP counts every guess.": (
        "사람이나 유령으로 세는 데 필요한 확신. AP는 모든 추정을 셉니다."
    ),
    "Write report.json, report.md, the worst photos and the reliability plots there.": (
        "이 폴더에 report.json, report.md, 가장 틀린 사진들, 신뢰도 그림을 씁니다."
    ),
    "Replace files that are there already.": "이미 있는 파일을 덮어씁니다.",
    "Print JSON instead of tables.": "표 대신 JSON을 출력합니다.",
    # tendu bench --help
    "Measure speed: the model, the whole way, and others on this machine.": (
        "속도를 잽니다. 모델, 전체 과정, 이 컴퓨터에서 다른 프로그램을 비교합니다."
    ),
    "Measure speed on this machine.": "이 컴퓨터에서 속도를 잽니다.",
    "Other programs that run meanwhile spoil times; ratios within one run suffer less.": (
        "그동안 다른 프로그램이 돌면 시간이 틀어집니다. 한 번 실행 안의 비율은 덜 틀어집니다."
    ),
    "The model alone: its latency in each runtime with each number of threads.": (
        "모델만: 실행 엔진과 스레드 수마다 걸리는 시간."
    ),
    "The whole way, from files to keypoints, beside the machine's limit.": (
        "파일에서 키포인트까지 전체 과정을 컴퓨터의 한계와 견줍니다."
    ),
    "The limit is the number of cores divided by the core time that decoding and the model need for a frame, each "
    "measured alone in the same run.": (
        "한계는 코어 수를 한 프레임의 디코딩과 모델에 드는 코어 시간으로 나눈 값이며, 같은 실행에서 따로 잽니다."
    ),
    "The published table made again, on a folder with COCO's person_keypoints annotations.": (
        "발표된 표를 COCO person_keypoints 주석이 있는 폴더로 다시 만듭니다."
    ),
    "Others on the same photos, the same film and this machine: MediaPipe, and the plain OpenCV loop.": (
        "같은 사진과 동영상, 이 컴퓨터에서 다른 프로그램: MediaPipe와 단순한 OpenCV 반복문."
    ),
    "Each gets an environment of its own, which pip fills on first use. FOLDER has photos with COCO's person_keypoints "
    "annotations.": (
        "각각 자기 환경을 가지며 처음 쓸 때 pip이 채웁니다. FOLDER에는 COCO person_keypoints 주석이 있는 사진이 있어야 합니다."
    ),
    "A film to go through.": "처리할 동영상.",
    "A folder of photos to go through.": "처리할 사진 폴더.",
    "How often everything is measured; the best counts; 3 when not given.": (
        "모든 것을 재는 횟수. 가장 좋은 것을 셉니다. 주지 않으면 3."
    ),
    "Put the result into this Markdown file, in a section of its own.": "결과를 이 Markdown 파일의 한 절로 넣습니다.",
    "A model; may be given several times, as may the next two.": "모델. 다음 두 옵션과 함께 여러 번 줄 수 있습니다.",
    "What runs the model; all that are installed when not given.": (
        "모델을 실행할 엔진. 주지 않으면 설치된 것 모두."
    ),
    "Threads; 1, 2 and all cores when not given.": "스레드 수. 주지 않으면 1, 2, 모든 코어.",
    "Inferences that are timed, at least; 50 when not given.": "시간을 잴 추론의 최소 횟수. 주지 않으면 50.",
    "Their time together, at least; 1 when not given.": "그 시간의 합의 최솟값(초). 주지 않으면 1.",
    "Inferences before timing, at least; 1 when not given.": "재기 전에 돌릴 추론의 최소 횟수. 주지 않으면 1.",
    "Their time together, at least; 0.5 when not given.": "그 시간의 합의 최솟값(초). 주지 않으면 0.5.",
    # while and after running
    "fetching the model": "모델 내려받는 중",
    "frames": "프레임",
    "photos": "사진",
    "photo": "사진",
    "Nothing is kept: add -o poses.jsonl, -o drawn.mp4 or --show.": (
        "저장되는 것이 없습니다. -o poses.jsonl, -o drawn.mp4 또는 --show를 더해 보세요."
    ),
    "{name}: nobody, {reason}": "{name}: 사람 없음, {reason}",
    "person {n}, confidence {confidence:.2f}": "사람 {n}, 확신도 {confidence:.2f}",
    "score": "점수",
    "{n} frame": "프레임 {n}개",
    "{n} frames": "프레임 {n}개",
    "{n} photo": "사진 {n}장",
    "{n} photos": "사진 {n}장",
    "{n} person": "사람 {n}명",
    "{n} people": "사람 {n}명",
    "{n} person at a time": "한 번에 {n}명",
    "up to {n} people at a time": "한 번에 최대 {n}명",
    "nobody": "사람 없음",
    "{seconds:.1f} s": "{seconds:.1f}초",
    "{rate:.1f} a second once opened": "준비 뒤 초당 {rate:.1f}개",
    "opening, loading the model": "열기, 모델 불러오기",
    "waiting for pictures": "그림 기다리기",
    "finding people": "사람 찾기",
    "telling people apart, smoothing": "사람 구별, 떨림 다듬기",
    "drawing": "그리기",
    "writing": "쓰기",
    "Written: {names}": "저장됨: {names}",
    "Stopped.": "멈췄습니다.",
    "Stopped before the first frame.": "첫 프레임 전에 멈췄습니다.",
    "Stopped; what was done until then is kept.": "멈췄습니다. 그때까지 한 것은 저장했습니다.",
    "Not everything could be read:": "읽지 못한 것이 있습니다:",
    **TRAINING,
}

REASONS = {
    "the best guess has confidence {}, below {}": "가장 나은 추정의 확신도가 {}로 {}보다 낮습니다",
    "no person's centre shows": "사람의 중심이 보이지 않습니다",
}
"""Why `Poses` are empty, with {} for each number, as `tendu.estimator` says it."""
