"""What the benchmarks share: commands with their time and memory, and the machine they run on."""

import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CHOOSING = ("OPENBLAS_", "OMP_", "GOMP_", "MKL_", "ONEDNN_", "DNNL_")
TOOL = str(HERE.parent / "build/release/tacet")


def some_ids(count, first=1):
    """Token ids of GPT-2's vocabulary without a pattern."""
    return [i * 7919 % 50000 for i in range(first, first + count)]


def joined(ids):
    """Ids as the commands take them."""
    return ",".join(map(str, ids))


@dataclasses.dataclass
class Run:
    """One finished command."""

    seconds: float
    own_bytes: int  # most memory of its own at one time: what is mapped from files is not in it
    peak_bytes: int  # most memory at one time, mapped files with it
    output: str


def own_memory(pid):
    """Resident memory that belongs to a process alone and not to a file, in bytes."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    fields = dict(line.split(":", 1) for line in lines if line.startswith("Rss"))
    return 1024 * sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem")
                      if name in fields)


def run(command, threads=None):
    """Runs a command that must succeed, from start to exit.

    Variables that would choose threads or kernels are taken from its environment, so that every
    library chooses for itself; `threads` bounds OpenBLAS where PyTorch is run.
    """
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(CHOOSING)}
    if threads:
        environment["OPENBLAS_NUM_THREADS"] = str(threads)
    own, ended = 0, threading.Event()

    def watch(pid):
        nonlocal own
        while not ended.wait(0.05):
            own = max(own, own_memory(pid))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=error,
                                   env=environment)
        watcher = threading.Thread(target=watch, args=(process.pid,))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watcher.join()
        for file in (out, error):
            file.seek(0)
        if process.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n"
                     + error.read().decode(errors="replace"))
        return Run(seconds, own, 1024 * usage.ru_maxrss, out.read().decode())


def sweep_command(tool, model, database, *arguments, threads=None):
    """`tacet sweep` of a model into a database, with its JSON beside that."""
    command = [str(tool), "sweep", "--model", str(model), "--db", str(database), "--format", "json",
               "--out", f"{database}.json", "--no-progress", *map(str, arguments)]
    return command + (["--threads", str(threads)] if threads else [])


def config_of(model):
    """config.json of a model's folder."""
    return json.loads((pathlib.Path(model) / "config.json").read_text())


def model_bytes(model):
    """Bytes of the files with a model's weights."""
    return sum(file.stat().st_size for file in pathlib.Path(model).glob("*.safetensors"))


def into_page_cache(model):
    """Reads a model's files, so that no command has to wait for the disk."""
    for path in pathlib.Path(model).glob("*.safetensors"):
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 24):
                pass


def proc_value(file, name):
    """The first value of a name in a file such as /proc/cpuinfo; "" without one."""
    for line in pathlib.Path(file).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def memory_kib(name):
    """A line of /proc/meminfo, in KiB."""
    return int(proc_value("/proc/meminfo", name).split()[0])


def machine():
    """Processor, cores, instruction set, memory and system, in one line."""
    flags = set(proc_value("/proc/cpuinfo", "flags").split())
    known = (("amx_tile", "AVX-512 and AMX"), ("avx512f", "AVX-512"), ("avx2", "AVX2"))
    vectors = next((name for flag, name in known if flag in flags), "neither AVX2 nor AVX-512")
    cpu = proc_value("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    gib = memory_kib("MemTotal") / 2**20
    return f"{cpu}, {len(os.sched_getaffinity(0))} cores, {vectors}, {gib:.0f} GiB, {system}"


def tool_version(tool):
    """What `tacet --version` says, in one line."""
    lines = subprocess.run([tool, "--version"], check=True, capture_output=True, text=True).stdout
    return ", ".join(line.strip() for line in lines.splitlines() if line.strip())


def markdown_table(header, rows):
    """A table as Markdown; columns after the first stand to the right."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])
