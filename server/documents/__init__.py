"""Documents to print or to send on: PDF and DOCX."""
