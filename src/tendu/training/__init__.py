"""Training: MoveNet's network in PyTorch, its data, its teacher, and the way to .tflite. Needs the extra `train`."""
