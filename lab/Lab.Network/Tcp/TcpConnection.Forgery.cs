namespace Lab.Network;

public sealed partial class TcpConnection
{
    /// <summary>A RST that this end must accept, as a middlebox that saw its traffic would forge it.</summary>
    public Segment ForgedReset() => new()
    {
        Use = SegmentUse.Reset, Flags = TcpFlags.Rst | TcpFlags.Ack, Sequence = receiveNext, Acknowledgement = sendNext,
    };
}
