"""A client of Hawser, small enough to be read in one go, that speaks protocol version 1.

It shows what every client must do, in the order of proto/hawser/v1/session.proto: attach, call, take what the other side sends,
hand out callbacks, release, leave. It does not resume a lost connection and makes no pipelines; a client for real use would.

    with Session("unix:/run/hawser/hawser.sock") as session:
        map_numbers = session.require("map_numbers")
        map_numbers.call("withLocalCallback")       # [2, 3, 4]

Undefined is None here, and null is NULL.
"""

import itertools
import os
import queue
import threading
import time

import grpc

from hawser.v1 import session_pb2, session_pb2_grpc, value_pb2

NULL = object()


class RemoteError(Exception):
    """An error that the other side raised."""

    def __init__(self, error):
        super().__init__(f"{error.name}: {error.message}")
        self.code = error.code
        self.name = error.name
        self.message = error.message


class RemoteObject:
    """A handle on an object of the broker. Give it up with release()."""

    def __init__(self, session, handle, oid, shape):
        self.session = session
        self.handle = handle
        self.oid = oid  # equal for the same object, whatever handle it came by
        self.shape = shape

    def call(self, method, *args):
        return self.session.call(self._target(method), *args)

    def get(self, member):
        return self.session.call(self._target(member, session_pb2.OP_GET))

    def new(self, *args):
        return self.session.call(session_pb2.Call(handle=self.handle, op=session_pb2.OP_NEW), *args)

    def release(self):
        self.session.release(self.handle)

    def _target(self, name, op=session_pb2.OP_CALL):
        # Members are named by their index in the shape, counted from 1. A wrong use is answered here, without a message.
        for index, member in enumerate(self.shape.members, start=1):
            if member.name == name and member.hidden:
                raise LookupError(f"{self.shape.name}.{name} is not enumerable")
            if member.name == name:
                return session_pb2.Call(handle=self.handle, index=index, op=op)
        raise LookupError(f"{self.shape.name} has no member {name}")


class Session:
    """One session over one connection. Callbacks run on a thread of their own, one at a time."""

    def __init__(self, endpoint, **attributes):
        self._begin = time.monotonic()
        self._lock = threading.Lock()  # for everything below
        # Frames of ours: numbered from 1, kept until acknowledged. (Kept to be sent again on the next connection.)
        self._next_frame = 1
        self._unacknowledged = {}
        # Frames of the broker: the number of the last one processed.
        self._processed = 0
        # Calls of ours that wait for their answers, and answers.
        self._next_call = itertools.count(1)
        self._pending = {}
        # What the broker holds of ours: handle -> (function, number of the last frame it was sent in), and back.
        self._exports = {}
        self._handles = {}
        self._next_handle = itertools.count(1)
        # Shapes, by number from 1: the broker's, and whether ours was sent.
        self._shapes = {}
        self._shape_sent = False
        # What the broker may send in total: we answer at once, so the window only slides.
        self._calls_received = 0
        self._bytes_received = 0

        self._packets = queue.Queue()
        self._callbacks = queue.Queue()
        self._channel = grpc.insecure_channel(endpoint)
        self._stream = session_pb2_grpc.BrokerStub(self._channel).Attach(iter(self._packets.get, None))

        # Attach opens every connection; a session is named and proved by random bits of the client's.
        attach = session_pb2.Attach(session=os.urandom(16), token=os.urandom(16), attach=1, protocol=1,
                                    attributes=attributes, limits=self._limits())
        self._packets.put(session_pb2.Packet(attach=attach))
        self.attached = next(self._stream).attached
        if self.attached.outcome != session_pb2.AttachReply.CREATED:
            raise ConnectionError(f"not attached: {self.attached}")

        self.ended = None  # the frame with which the broker ended the session
        self.callback_thread = threading.Thread(target=self._run_callbacks, daemon=True)
        self.callback_thread.start()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._stop_heartbeat = threading.Event()
        threading.Thread(target=self._heartbeat, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.leave()

    # --- Calls -------------------------------------------------------------------------------------------------------------

    def require(self, module):
        # The root is handle 0, and its members are named, not indexed.
        return self.call(session_pb2.Call(handle=0, name="require"), module)

    def call(self, call, *args):
        """Sends a call and waits for its answer."""
        answer = queue.Queue()
        with self._lock:
            call.id = next(self._next_call)
            self._pending[call.id] = answer
            frame = session_pb2.Frame()
            for arg in args:
                self._to_value(arg, call.args.add(), frame)
            frame.call.CopyFrom(call)
            self._send(frame)
        failed, result = answer.get()
        if failed:
            raise result
        return result

    def release(self, handle):
        """Gives a handle up. `upto` is the last frame of the broker we have seen: had it sent the handle again since, it would keep it."""
        with self._lock:
            self._send(session_pb2.Frame(release=session_pb2.Release(upto=self._processed, handles=[handle])))

    def leave(self):
        """Ends the session: the broker releases everything at once, and ends the stream with OK."""
        with self._lock:
            self._send(session_pb2.Frame(end=session_pb2.End(code=0, reason=session_pb2.End.LEFT)))
        self._stop_heartbeat.set()
        self._reader.join(timeout=10)
        self._packets.put(None)
        self._callbacks.put(None)
        self._channel.close()

    # --- Sending -----------------------------------------------------------------------------------------------------------

    def _limits(self):
        return session_pb2.Limits(calls=self._calls_received + 1000, bytes=self._bytes_received + (64 << 20))

    def _send(self, *frames):
        """A packet with these frames, which get their numbers here; without any, it is heartbeat and acknowledgement."""
        packet = session_pb2.Packet(ack=self._processed, limits=self._limits(),
                                    clock_us=int((time.monotonic() - self._begin) * 1e6), frames=frames)
        if frames:
            packet.first_frame = self._next_frame
        for frame in frames:
            # The number is noted on each handle of ours in the frame: a Release that has not seen it does not count.
            for reference in frame.references:
                if reference.WhichOneof("of") == "handle":
                    self._exports[reference.handle][1] = self._next_frame
            self._unacknowledged[self._next_frame] = frame
            self._next_frame += 1
        self._packets.put(packet)

    def _heartbeat(self):
        # Any packet renews the lease; an idle session sends an empty one at least every third of its TTL.
        while not self._stop_heartbeat.wait(self.attached.ttl_ms / 3000):
            with self._lock:
                self._send()

    # --- Receiving ---------------------------------------------------------------------------------------------------------

    def _read(self):
        try:
            for packet in self._stream:
                with self._lock:
                    self._on_packet(packet)
        except grpc.RpcError as error:
            failure = ConnectionError(str(error))
        else:
            failure = ConnectionError("the session is over")
        with self._lock:
            for answer in self._pending.values():
                answer.put((True, failure))
            self._pending.clear()

    def _on_packet(self, packet):
        for number in [n for n in self._unacknowledged if n <= packet.ack]:
            del self._unacknowledged[number]
        for number, frame in enumerate(packet.frames, start=packet.first_frame):
            if number <= self._processed:
                continue  # a repeat
            # First of all the whole table of references, whatever the frame is.
            objects = [self._from_reference(reference) for reference in frame.references]
            self._processed = number
            getattr(self, "_on_" + frame.WhichOneof("body"))(frame, objects)

    def _on_result(self, frame, objects):
        answer = self._pending.pop(frame.result.call, None)
        if answer is None:
            return  # nobody waits any more
        if frame.result.WhichOneof("outcome") == "error":
            answer.put((True, RemoteError(frame.result.error)))
        else:
            answer.put((False, self._from_value(frame.result.value, objects)))

    def _on_call(self, frame, objects):
        call = frame.call
        self._calls_received += 1
        self._bytes_received += frame.ByteSize()
        function = self._exports[call.handle][0]
        # The reader must not run foreign code, or a callback that calls back would wait for itself.
        self._callbacks.put((function, [self._from_value(arg, objects) for arg in call.args]))

    def _on_release(self, frame, objects):
        for handle in frame.release.handles:
            function, last_frame = self._exports.get(handle, (None, 0))
            if function is not None and last_frame <= frame.release.upto:
                del self._exports[handle]
                del self._handles[function]

    def _on_gone(self, frame, objects):
        pass  # calls on these handles fail from now on, and say why

    def _on_cancel(self, frame, objects):
        pass  # our callbacks answer nothing

    def _on_end(self, frame, objects):
        self.ended = frame.end

    def _run_callbacks(self):
        for function, args in iter(self._callbacks.get, None):
            function(*args)

    # --- Objects and values ------------------------------------------------------------------------------------------------

    def _from_reference(self, reference):
        if reference.WhichOneof("of") == "yours":
            return self._exports[reference.yours][0]  # it arrives as what it is
        # The first reference with a shape carries its definition, later ones the number alone.
        if reference.HasField("definition"):
            self._shapes[reference.shape] = reference.definition
        return RemoteObject(self, reference.handle, reference.oid, self._shapes[reference.shape])

    def _to_reference(self, value, frame):
        """Adds `value` to the frame's table, and gives its index there."""
        reference = frame.references.add()
        if isinstance(value, RemoteObject):
            reference.yours = value.handle
        else:
            # The same function is always the same handle, or listeners could not be removed.
            if value not in self._handles:
                self._handles[value] = next(self._next_handle)
                self._exports[self._handles[value]] = [value, 0]
            reference.handle = reference.oid = self._handles[value]
            reference.shape = 1
            reference.site = f"{value.__code__.co_filename}:{value.__code__.co_firstlineno}"
            if not self._shape_sent:
                # A function that runs later, and whose result nobody gets.
                reference.definition.kind = session_pb2.Shape.FUNCTION
                reference.definition.mode = session_pb2.MODE_NOTIFY
                reference.definition.signature.variadic = True
                self._shape_sent = True
        return len(frame.references) - 1

    def _to_value(self, value, out, frame):
        if value is None:
            out.undefined = True
        elif value is NULL:
            out.null = True
        elif isinstance(value, bool):
            out.boolean = value
        elif isinstance(value, int):
            out.integer = value
        elif isinstance(value, float):
            out.number = value
        elif isinstance(value, str):
            out.string = value
        elif isinstance(value, bytes):
            out.bytes = value
        elif isinstance(value, list):
            out.array.SetInParent()
            for item in value:
                self._to_value(item, out.array.items.add(), frame)
        elif isinstance(value, dict):
            out.record.SetInParent()
            for name, item in value.items():
                self._to_value(item, out.record.fields.add(name=name).value, frame)
        else:
            out.reference = self._to_reference(value, frame)

    def _from_value(self, value, objects):
        kind = value.WhichOneof("kind")
        if kind in (None, "undefined"):
            return None
        if kind == "null":
            return NULL
        if kind == "array":
            return [self._from_value(item, objects) for item in value.array.items]
        if kind == "record":
            return {field.name: self._from_value(field.value, objects) for field in value.record.fields}
        if kind == "error":
            return RemoteError(value.error)
        if kind == "reference":
            return objects[value.reference]
        return getattr(value, kind)  # booleans, numbers, strings, bytes; dates and typed arrays as they are
