"""The sound of meetings that ask for it: written as it is heard, kept in a folder or a bucket, played."""
