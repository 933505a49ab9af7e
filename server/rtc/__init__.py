"""Live audio over WebRTC: WHIP."""
