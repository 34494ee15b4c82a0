"""A reader for phones that pay, on pyscard. Written from docs/protocol.md section 4 alone; shares no code with the command.

usage: reader.py READER pay REQUEST.hex TOKEN.hex [RECEIPT.hex]   waits for RECEIPT.hex after writing TOKEN.hex
       reader.py READER repeat REQUEST.hex TOKEN.hex
       reader.py READER raw COMMANDS        one command in hex a line; prints each response
"""
import os, sys, time
from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.System import readers

AID = bytes.fromhex("F0534B494C4C01")


def connect(name):
    reader = next(r for r in readers() if str(r) == name)
    CardRequest(timeout=60, cardType=AnyCardType(), readers=[reader]).waitforcard()
    connection = reader.createConnection()
    connection.connect()
    return connection


def send(card, command):
    """One command; the rest of a long response is fetched. Gives data and status."""
    data, sw1, sw2 = card.transmit(list(command))
    while sw1 == 0x61:
        more, sw1, sw2 = card.transmit([0x00, 0xC0, 0x00, 0x00, sw2])
        data += more
    return bytes(data), sw1 << 8 | sw2


def send_message(card, ins, p1, message):
    """A message in blocks of 255 bytes; class 90 says that more follows."""
    blocks = [message[i : i + 255] for i in range(0, len(message), 255)]
    for block in blocks[:-1]:
        assert send(card, bytes([0x90, ins, p1, 0, len(block)]) + block) == (b"", 0x9000)
    return send(card, bytes([0x80, ins, p1, 0, len(blocks[-1])]) + blocks[-1] + b"\0")


def select(card):
    info, status = send(card, bytes([0x00, 0xA4, 0x04, 0x00, len(AID)]) + AID + b"\0")
    assert status == 0x9000 and info[:3] == b"\xa3\x01\x01", (info.hex(), hex(status))


def from_hex(path):
    with open(path) as file:
        return bytes.fromhex(file.read())


def pay(card, request, token_path, receipt_path=None):
    select(card)
    answer, status = send_message(card, 0x40, 0, request)
    while status == 0x6985:
        time.sleep(0.5)
        answer, status = send_message(card, 0x40, 0, request)
    assert status == 0x9000, hex(status)
    with open(token_path + ".new", "w") as file:
        file.write(answer.hex())
    os.rename(token_path + ".new", token_path)
    if receipt_path:
        while not os.path.exists(receipt_path):
            time.sleep(0.05)
        print("receipt %04X" % send_message(card, 0x42, 0, from_hex(receipt_path))[1])


def repeat(card, request, token_path):
    select(card)
    answer, status = send_message(card, 0x40, 1, request)
    print("repeat %04X" % status)
    with open(token_path, "w") as file:
        file.write(answer.hex())


def raw(card, path):
    for line in open(path):
        data, sw1, sw2 = card.transmit(list(bytes.fromhex(line)))
        print("%02X%02X %d" % (sw1, sw2, len(data)))


card = connect(sys.argv[1])
work, *rest = sys.argv[2:]
if work == "raw":
    raw(card, *rest)
else:
    {"pay": pay, "repeat": repeat}[work](card, from_hex(rest[0]), *rest[1:])
card.disconnect()
