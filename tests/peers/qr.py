"""Lets a peer read pictures: `qr.py zxing-cpp|zbarimg FOLDER < file names`, one JSON line a picture.

All times are the processor's. zxing-cpp is Python's package of that name, and its time that of reading alone, as for our
own readers. zbarimg is a process for each picture, so its time holds starting it and unpacking the file.
"""

import json
import os
import resource
import subprocess
import sys
import time


def zxing_cpp():
    import zxingcpp
    from PIL import Image

    def read(path):
        picture = Image.open(path).convert("L")
        picture.load()
        times = []
        for _ in range(3):  # the quickest counts, as for our own readers
            start = time.thread_time()
            codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
            times.append(time.thread_time() - start)
        return min(times), [code.bytes.decode("utf-8", "replace") for code in codes]

    return read


def zbarimg():
    command = ["zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-Stest-inverted"]

    def read(path):
        start = children_time()
        done = subprocess.run(command + [path], capture_output=True)
        took = children_time() - start
        if done.returncode not in (0, 4):  # 4: no code found
            sys.exit(f"zbarimg failed on {path}: {done.stderr.decode(errors='replace')}")
        return took, done.stdout.decode("utf-8", "replace").splitlines()

    return read


def children_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    peer, folder = sys.argv[1:]
    read = {"zxing-cpp": zxing_cpp, "zbarimg": zbarimg}[peer]()
    for name in sys.stdin.read().splitlines():
        took, texts = read(os.path.join(folder, name))
        print(json.dumps({"file": name, "ms": took * 1000, "texts": texts}))


main()
