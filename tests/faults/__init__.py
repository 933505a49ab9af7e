"""What goes wrong outside: networks that cut and stall, processes that are killed. Nothing may be lost."""
