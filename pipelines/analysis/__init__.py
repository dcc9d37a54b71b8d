"""What LFs and label model do on texts: measured, put into tables, printed."""
