"""Sources: photos, films, cameras and streams as frames."""
