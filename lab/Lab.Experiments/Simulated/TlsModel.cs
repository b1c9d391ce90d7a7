using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// TLS 1.3 by its flights and record sizes, without cryptography.
/// Rule: the client sends a hello, the server its whole first flight, the client its Finished and may then write; the
/// server may write when the Finished has come, and sends two session tickets first. Each write becomes records of at
/// most 16 KiB with 22 bytes around the payload (5 header, 1 content type, 16 tag). Closing sends a close_notify
/// record.
/// Source: RFC 8446 sections 2 and 5; sizes measured with OpenSSL 3.0, P-256 leaf and CA certificate, no resumption.
/// Leaves out: cryptographic time, resumption, failures; bytes of a record are handed on as they come, not when it is
/// complete.
/// </summary>
internal struct TlsModel
{
    public const int ClientHelloBytes = 245, ServerFlightBytes = 1131, ClientFinishedBytes = 80;
    public const int TicketBytes = 255, Tickets = 2;
    public const int RecordHeaderBytes = 5, RecordTrailerBytes = 17, MaxRecordBytes = 16_384, CloseNotifyBytes = 24;
    public const int LargestRecordBytes = RecordHeaderBytes + MaxRecordBytes + RecordTrailerBytes;
    private const byte Handshake = 22, ApplicationData = 23;
    private static readonly byte[] Zeros = new byte[ServerFlightBytes];

    private enum Phase : byte { Off, WaitHello, WaitServerFlight, WaitFinished, On }

    private Phase phase;
    private byte headerBytes, recordType;
    private int recordLength, payloadLeft, trailerLeft, flightLeft;

    /// <summary>Application bytes are framed from here on.</summary>
    public readonly bool IsOn => phase == Phase.On;

    public void Start(bool asServer, ITlsOutput output)
    {
        phase = asServer ? Phase.WaitHello : Phase.WaitServerFlight;
        flightLeft = asServer ? ClientHelloBytes : ServerFlightBytes;
        if (!asServer) output.WriteTls(Zeros.AsSpan(0, ClientHelloBytes));
    }

    /// <summary>
    /// Frames application bytes, record by record, in a buffer of at least <see cref="LargestRecordBytes"/>.
    /// </summary>
    public readonly void Write(ReadOnlySpan<byte> bytes, byte mark, Span<byte> record, ITlsOutput output)
    {
        while (bytes.Length > 0)
        {
            int take = Math.Min(bytes.Length, MaxRecordBytes);
            WriteHeader(record, ApplicationData, take + RecordTrailerBytes);
            bytes[..take].CopyTo(record[RecordHeaderBytes..]);
            output.WriteRaw(record[..(RecordHeaderBytes + take + RecordTrailerBytes)], mark);
            bytes = bytes[take..];
        }
    }

    /// <summary>close_notify, as an encrypted alert.</summary>
    public readonly void WriteClose(byte mark, ITlsOutput output)
    {
        Span<byte> header = stackalloc byte[RecordHeaderBytes];
        WriteHeader(header, Handshake, CloseNotifyBytes - RecordHeaderBytes);
        output.WriteRaw(header, mark);
        output.WriteRaw(Zeros.AsSpan(0, CloseNotifyBytes - RecordHeaderBytes), mark);
    }

    /// <summary>Takes transport bytes, hands application bytes to the output, answers handshake flights.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, ITlsOutput output)
    {
        while (bytes.Length > 0)
        {
            if (phase == Phase.Off)
            {
                output.ReadApplication(bytes);
                return;
            }
            if (phase == Phase.On) bytes = ReceiveRecord(bytes, output);
            else
            {
                int take = Math.Min(flightLeft, bytes.Length);
                flightLeft -= take;
                bytes = bytes[take..];
                if (flightLeft == 0) FlightComplete(output);
            }
        }
    }

    private void FlightComplete(ITlsOutput output)
    {
        if (phase == Phase.WaitHello)
        {
            output.WriteTls(Zeros.AsSpan(0, ServerFlightBytes));
            phase = Phase.WaitFinished;
            flightLeft = ClientFinishedBytes;
            return;
        }
        bool asServer = phase == Phase.WaitFinished;
        phase = Phase.On;
        if (asServer)
        {
            Span<byte> ticket = stackalloc byte[TicketBytes];
            WriteHeader(ticket, Handshake, TicketBytes - RecordHeaderBytes);
            for (int i = 0; i < Tickets; i++) output.WriteTls(ticket);
        }
        else output.WriteTls(Zeros.AsSpan(0, ClientFinishedBytes));
        output.TlsEstablished();
    }

    private ReadOnlySpan<byte> ReceiveRecord(ReadOnlySpan<byte> bytes, ITlsOutput output)
    {
        while (headerBytes < RecordHeaderBytes && bytes.Length > 0)
        {
            if (headerBytes == 0) recordType = bytes[0];
            else if (headerBytes >= 3) recordLength = (recordLength << 8) | bytes[0];
            bytes = bytes[1..];
            if (++headerBytes != RecordHeaderBytes) continue;
            bool data = recordType == ApplicationData;
            payloadLeft = data ? recordLength - RecordTrailerBytes : 0;
            trailerLeft = data ? RecordTrailerBytes : recordLength;
        }
        if (payloadLeft > 0 && bytes.Length > 0)
        {
            int take = Math.Min(payloadLeft, bytes.Length);
            payloadLeft -= take;
            output.ReadApplication(bytes[..take]);
            bytes = bytes[take..];
        }
        if (payloadLeft == 0 && headerBytes == RecordHeaderBytes)
        {
            int skip = Math.Min(trailerLeft, bytes.Length);
            trailerLeft -= skip;
            bytes = bytes[skip..];
            if (trailerLeft == 0) (headerBytes, recordLength) = (0, 0);
        }
        return bytes;
    }

    private static void WriteHeader(Span<byte> header, byte type, int length)
    {
        header[0] = type;
        header[1] = header[2] = 3;
        header[3] = (byte)(length >> 8);
        header[4] = (byte)length;
    }
}

/// <summary>What the TLS model does with bytes; a pipe is one, a test another.</summary>
internal interface ITlsOutput
{
    /// <summary>Handshake bytes for the transport.</summary>
    void WriteTls(ReadOnlySpan<byte> bytes);

    /// <summary>Framed bytes for the transport, charged to what they carry.</summary>
    void WriteRaw(ReadOnlySpan<byte> bytes, byte mark);

    /// <summary>
    /// Bytes for the application. Before TLS all that came is handed on: neither side pipelines behind STARTTLS.
    /// </summary>
    void ReadApplication(ReadOnlySpan<byte> bytes);
    void TlsEstablished();
}
