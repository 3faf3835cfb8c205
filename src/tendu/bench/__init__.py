"""How fast everything is: the model alone, the whole way from file to keypoints, and others on the same machine."""
