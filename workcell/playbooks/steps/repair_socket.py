"""repair_socket: brings the socket of the tmux server back."""

from dataclasses import dataclass

from workcell.playbooks.step import Done, Running, Step


@dataclass(frozen=True)
class RepairSocket(Step):
    word = "repair_socket"
    does = "brings the tmux socket back"
    server = "asks the server to make its socket again; the steps behind it are carried out only if that fails"
    acts = True

    def while_running(self, run: Running) -> Done:
        return run.repair_socket()
