"""What the program is put together from: licences and known weaknesses of what is locked."""
