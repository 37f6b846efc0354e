import os
import signal
import subprocess
import sys

import pytest

from workcell.base.errors import CannotCreate, TryAgain
from workcell.rundir import port_lease

RUN, OTHER = "20261120-0512-one-aaaa", "20261120-0512-two-bbbb"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "leases").mkdir()
    return str(tmp_path)


def anything(run, port):
    return True


def nothing_of_others(run, port):
    return run is None


def test_each_name_gets_a_number_of_its_own(home):
    with port_lease.claim(home, RUN, ["WEB", "WEB_2", "API"], {}, nothing_of_others) as made:
        assert list(made.numbers) == ["WEB", "WEB_2", "API"] and len(set(made.numbers.values())) == 3
        assert all(port_lease.FIRST <= port <= port_lease.LAST for port in made.numbers.values())
    assert {port_lease.holder(home, port) for port in made.numbers.values()} == {RUN}


def test_a_number_that_is_being_claimed_is_left_to_the_other(home):
    first = port_lease.claim(home, RUN, ["WEB"], {}, anything)
    with port_lease.claim(home, OTHER, ["WEB"], dict(first.numbers), anything) as second:
        assert second.numbers != first.numbers
    first.close()
    with port_lease.claim(home, OTHER, ["WEB"], dict(first.numbers), anything) as third:
        assert third.numbers == first.numbers and port_lease.holder(home, first.numbers["WEB"]) == OTHER


def test_a_number_of_before_is_kept_and_one_out_of_range_is_not(home):
    with port_lease.claim(home, RUN, ["A", "B"], {"A": 25000, "B": 22}, nothing_of_others) as made:
        assert made.numbers["A"] == 25000 and made.numbers["B"] >= port_lease.FIRST
    with port_lease.claim(home, RUN, ["A"], {"A": 25000}, nothing_of_others) as again:
        assert again.numbers["A"] == 25000
    with port_lease.claim(home, OTHER, ["A"], {"A": 25000}, nothing_of_others) as other:
        assert other.numbers["A"] != 25000


def test_without_a_free_number_it_says_so_and_gives_all_back(home):
    free = port_lease.candidates(RUN)[0]
    with pytest.raises(TryAgain, match="'API'"):
        port_lease.claim(home, RUN, ["WEB", "API"], {}, lambda run, port: port == free)
    with port_lease.claim(home, OTHER, ["WEB"], {"WEB": free}, anything) as made:
        assert made.numbers["WEB"] == free


@pytest.mark.parametrize("text", [b"", b'{"run": "x"', b"[]\n", b'{"run": "../x"}\n', b"\xff\xfe\n", b'{"run": 7}\n'])
def test_torn_content_is_void(home, text):
    port = port_lease.candidates(RUN)[0]
    with open(port_lease.path_of(home, port), "wb") as file:
        file.write(text)
    assert port_lease.holder(home, port) is None
    with port_lease.claim(home, RUN, ["WEB"], {}, nothing_of_others) as made:
        assert made.numbers["WEB"] == port
    assert port_lease.holder(home, port) == RUN


def test_what_is_no_file_under_the_name_of_a_claim_is_moved_away(home):
    port = port_lease.candidates(RUN)[0]
    os.symlink("/nonexistent/elsewhere", port_lease.path_of(home, port))
    assert port_lease.holder(home, port) is None
    with port_lease.claim(home, RUN, ["WEB"], {}, anything) as made:
        assert made.numbers["WEB"] == port


def test_a_claim_that_cannot_be_written_is_told(home):
    os.rmdir(os.path.join(home, "leases"))
    with pytest.raises(CannotCreate, match="cannot claim the port"):
        port_lease.claim(home, RUN, ["WEB"], {}, anything)


def test_a_process_that_dies_with_a_claim_gives_its_flock_back(home):
    code = (
        "import os, sys, signal\nfrom workcell.rundir import port_lease\n"
        "made = port_lease.claim(sys.argv[1], sys.argv[2], ['WEB'], {}, lambda run, port: True)\n"
        "print(made.numbers['WEB'], flush=True)\nsignal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, home, RUN], stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        with port_lease.claim(home, OTHER, ["WEB"], {"WEB": port}, anything) as meanwhile:
            assert meanwhile.numbers["WEB"] != port
        process.send_signal(signal.SIGKILL)
        process.wait()
    with port_lease.claim(home, OTHER, ["WEB"], {"WEB": port}, anything) as after:
        assert after.numbers["WEB"] == port
