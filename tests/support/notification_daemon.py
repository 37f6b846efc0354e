"""A desktop's notification daemon: prints each notification that it is given as one line of JSON."""

import json

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"


def main() -> None:
    connection = open_dbus_connection("SESSION")
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    print("ready", flush=True)
    number = 0
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        member = message.header.fields.get(HeaderFields.member)
        if member == "Notify":
            app, _, _, title, body, _, hints, _ = message.body
            if "refuse this" in body:
                connection.send(new_error(message, NAME + ".Error.ExcessNotificationGeneration", "s", ("too many",)))
                continue
            number += 1
            connection.send(new_method_return(message, "u", (number,)))
            urgency = hints.get("urgency", ("y", 1))[1]
            print(json.dumps({"app": app, "title": title, "body": body, "urgency": urgency}), flush=True)
        elif member == "GetServerInformation":
            connection.send(new_method_return(message, "ssss", ("test", "workcell", "1", "1.2")))
        elif member == "GetCapabilities":
            connection.send(new_method_return(message, "as", (["body", "body-markup"],)))


if __name__ == "__main__":
    main()
