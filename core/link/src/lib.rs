//! NFC (ISO 7816-4 APDUs, both ends) and QR (text and pictures) for Skilling messages.
