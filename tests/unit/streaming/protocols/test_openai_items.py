"""The turns of OpenAI's Realtime wire: their words, in order and once, and their completion."""

import base64
import json

from streaming.commands import Audio, Flush
from streaming.events import Ack, Ended, Flushed, Gap, Load, Pong, Ready, Speech
from streaming.protocols.openai_realtime import RealtimeCodec
from tests.support.openai_client import SECOND, append, codec, do, kinds, said, told, update


class TestServerTurns:
    """Items with `server_vad`: each utterance is one."""

    def test_an_item_runs_from_speech_to_its_transcript_under_one_id(self) -> None:
        client = codec()
        messages = told(
            client,
            Ready("s", "m", None),
            Speech("started", 0.5),
            said(0.5, 1.0, "", final=False),
            said(0.5, 1.2, "Good"),
            said(0.5, 1.6, "Good morning"),
            Speech("stopped", 2.0),
            said(0.5, 2.0, "Good morning, all.", final=True),
            Ack(40_000),
        )
        assert [one["type"] for one in messages] == [
            "input_audio_buffer.speech_started",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.delta",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed",
        ]
        assert len({one.get("item_id") or one["item"]["id"] for one in messages}) == 1
        assert len({one["event_id"] for one in messages}) == len(messages)
        assert messages[0]["audio_start_ms"] == 500
        assert messages[3]["audio_end_ms"] == 2_000
        assert "".join(one.get("delta", "") for one in messages) == "Good morning, all."
        completed = messages[-1]
        assert completed["transcript"] == "Good morning, all."
        assert completed["usage"] == {"type": "duration", "seconds": 1.5}
        assert completed["languages"] == [{"code": "en"}]
        assert "logprobs" not in completed

    def test_items_name_the_one_before_and_the_older_dialect_creates_them(self) -> None:
        client = RealtimeCodec({}, "c1", older=True)
        first = told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        second = told(client, Speech("started", 2.0), Speech("stopped", 3.0))
        assert kinds(first) == ["speech_started", "speech_stopped", "committed", "created"]
        assert first[2]["previous_item_id"] is None
        assert second[2]["previous_item_id"] == first[2]["item_id"]

    def test_the_words_of_the_next_item_wait_for_the_one_before(self) -> None:
        client = codec()
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.0),
            Speech("started", 2.0),
            said(2.0, 2.5, "Two"),
            said(0.5, 1.0, "One.", final=True),
        )
        assert kinds(messages)[-3:] == ["delta One.", "completed One.", "delta Two"]

    def test_speech_without_words_is_completed_once_all_before_it_is_told(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        assert told(client, Ack(8_000)) == []
        assert kinds(told(client, Ack(16_000))) == ["completed "]

    def test_speech_without_words_is_completed_by_the_next_final(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        told(client, Speech("started", 2.0), Speech("stopped", 3.0))
        assert kinds(told(client, said(2.0, 3.0, "Two.", final=True))) == [
            "completed ",
            "delta Two.",
            "completed Two.",
        ]

    def test_long_speech_that_is_cut_becomes_several_items(self) -> None:
        client = codec()
        messages = told(
            client,
            Speech("started", 0.0),
            said(0.0, 20.0, "a b"),
            said(22.0, 23.0, "c"),
            said(0.0, 22.0, "a b.", final=True),
            Speech("stopped", 24.0),
            said(22.0, 24.0, "c d.", final=True),
        )
        assert kinds(messages) == [
            "speech_started",
            "delta a b",
            "speech_stopped",
            "committed",
            "added",
            "done",
            "speech_started",
            "delta .",
            "completed a b.",
            "delta c",
            "speech_stopped",
            "committed",
            "added",
            "done",
            "delta  d.",
            "completed c d.",
        ]

    def test_audio_that_could_not_be_decoded_is_a_failed_item(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        (failed,) = told(client, Gap(0.2, 1.2, "engine_error"))
        assert failed["type"] == "conversation.item.input_audio_transcription.failed"
        assert failed["error"]["code"] == "engine_error"

    def test_probabilities_of_words_come_when_they_are_asked_for(self) -> None:
        client = codec()
        session = {"include": ["item.input_audio_transcription.logprobs"]}
        do(client, "session.update", session=session)
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        *_, completed = told(client, said(0.5, 1.0, "Hi you", final=True, words=True))
        assert completed["logprobs"] == [
            {"token": "Hi", "bytes": [72, 105], "logprob": -0.693},
            {"token": " you", "bytes": [32, 121, 111, 117], "logprob": -0.693},
        ]

    def test_a_commit_ends_the_running_utterance(self) -> None:
        client = codec()
        append(client)
        told(client, Speech("started", 0.5))
        commands, replies = do(client, "input_audio_buffer.commit")
        assert replies == []
        (flush,) = commands
        assert isinstance(flush, Flush)
        messages = told(client, Speech("stopped", 0.9), said(0.5, 0.9, "Hi", final=True))
        messages += told(client, Flushed(flush.id, 15_500))
        assert kinds(messages).count("committed") == 1
        assert kinds(messages)[-1] == "completed Hi"

    def test_a_commit_in_silence_has_an_item_of_its_own(self) -> None:
        client = codec()
        append(client)
        (flush,), _ = do(client, "input_audio_buffer.commit")
        assert isinstance(flush, Flush)
        messages = told(client, Flushed(flush.id, 15_500))
        assert kinds(messages) == ["committed", "added", "done", "completed "]

    def test_what_is_cleared_is_not_told(self) -> None:
        client = codec()
        append(client, 2 * SECOND)
        told(client, Speech("started", 0.5))
        commands, (cleared,) = do(client, "input_audio_buffer.clear")
        assert cleared["type"] == "input_audio_buffer.cleared"
        (flush,) = commands
        assert isinstance(flush, Flush)
        assert told(client, Speech("stopped", 1.9), said(0.5, 1.9, "Hi", final=True)) == []
        assert told(client, Flushed(flush.id, 31_500)) == []
        after = told(client, Speech("started", 2.5), said(2.5, 3.0, "New"))
        assert kinds(after) == ["speech_started", "delta New"]

    def test_the_end_completes_what_is_open(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), said(0.5, 1.0, "Hi"))
        assert kinds(told(client, Ended(1.0, 0))) == ["committed", "added", "done", "completed Hi"]

    def test_what_the_wire_cannot_say_is_left_out(self) -> None:
        assert told(codec(), Load("rare_partials"), Pong("1"), Ready("s", "m", None)) == []


class TestClientTurns:
    """Items without turn detection: all that was said between two commits is one."""

    def client(self) -> RealtimeCodec:
        """A client that ends turns itself."""
        client = codec()
        update(client, turn_detection=None)
        return client

    def test_all_that_was_said_before_a_commit_is_one_item(self) -> None:
        client = self.client()
        append(client, 4 * SECOND)
        messages = told(
            client,
            Speech("started", 0.5),
            said(0.5, 0.9, "One"),
            Speech("stopped", 1.0),
            said(0.5, 1.0, "One.", final=True),
            Speech("started", 2.0),
            said(2.0, 2.5, "Two"),
        )
        assert kinds(messages) == ["delta One", "delta .", "delta  Two"]
        (flush,), replies = do(client, "input_audio_buffer.commit")
        assert isinstance(flush, Flush)
        assert kinds(replies) == ["committed", "added", "done"]
        after = told(
            client,
            Speech("stopped", 3.9),
            said(2.0, 3.9, "Two three.", final=True),
            Flushed(flush.id, 63_000),
        )
        assert kinds(after) == ["delta  three.", "completed One. Two three."]
        ids = {one["item_id"] for one in (*messages, *after)} | {replies[0]["item_id"]}
        assert len(ids) == 1

    def test_what_follows_a_commit_belongs_to_the_next_item(self) -> None:
        client = self.client()
        append(client, 2 * SECOND)
        (first,), (committed, *_) = do(client, "input_audio_buffer.commit")
        append(client, 2 * SECOND)
        assert isinstance(first, Flush)
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.97),
            Speech("started", 1.97),
            said(1.97, 2.5, "Two"),
            said(0.5, 1.97, "One.", final=True),
            Flushed(first.id, 31_520),
        )
        assert kinds(messages) == ["delta One.", "completed One.", "delta Two"]
        assert messages[1]["item_id"] == committed["item_id"]
        assert messages[2]["item_id"] != committed["item_id"]

    def test_words_after_a_pause_wait_for_the_words_before_it(self) -> None:
        client = self.client()
        append(client, 4 * SECOND)
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.0),
            Speech("started", 2.0),
            said(2.0, 2.5, "Two"),
        )
        assert messages == []
        assert kinds(told(client, said(0.5, 1.0, "One.", final=True))) == ["delta One. Two"]

    def test_a_commit_without_audio_is_refused(self) -> None:
        client = self.client()
        append(client, 1_000)
        _, (error,) = do(client, "input_audio_buffer.commit")
        assert error["error"]["code"] == "audio_buffer_empty"

    def test_cleared_audio_belongs_to_no_item(self) -> None:
        client = self.client()
        append(client, 2 * SECOND)
        do(client, "input_audio_buffer.clear")
        append(client, 2 * SECOND)
        (flush,), _ = do(client, "input_audio_buffer.commit")
        assert isinstance(flush, Flush)
        messages = told(
            client,
            said(0.5, 1.5, "Not this.", final=True),
            said(2.5, 3.5, "This.", final=True),
            Flushed("clear", 31_000),
            Flushed(flush.id, 63_000),
        )
        assert kinds(messages) == ["delta This.", "completed This."]

    def test_a_turn_that_nobody_commits_is_committed_at_its_limit(self) -> None:
        client = self.client()
        for _ in range(31):
            received = client.receive_text(
                json.dumps(
                    {
                        "type": "input_audio_buffer.append",
                        "audio": base64.b64encode(bytes(10 * SECOND)).decode(),
                    }
                )
            )
            if received.replies:
                break
        assert [type(one) for one in received.commands] == [Audio, Flush]
        assert json.loads(received.replies[0])["type"] == "input_audio_buffer.committed"

    def test_a_model_for_running_text_completes_at_each_pause(self) -> None:
        client = codec()
        update(client, turn_detection=None, transcription={"model": "gpt-realtime-whisper"})
        append(client)
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.0),
            said(0.5, 1.0, "One.", final=True),
        )
        assert kinds(messages) == ["committed", "added", "done", "delta One.", "completed One."]

    def test_switching_detection_on_commits_the_open_turn(self) -> None:
        client = self.client()
        append(client, 2 * SECOND)
        told(client, said(0.5, 1.0, "One.", final=True))
        session = {"audio": {"input": {"turn_detection": {"type": "server_vad"}}}}
        (flush,), replies = do(client, "session.update", session=session)
        assert isinstance(flush, Flush)
        assert kinds(replies) == ["committed", "added", "done", "updated"]
        assert kinds(told(client, Flushed(flush.id, 31_000))) == ["completed One."]
        assert kinds(told(client, Speech("started", 3.0))) == ["speech_started"]
