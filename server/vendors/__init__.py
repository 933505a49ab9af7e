"""The edges of the wires that clients of AssemblyAI, Speechmatics and Twilio speak."""
