using System.Net.Sockets;

namespace Lab.Live;

/// <summary>
/// A socket's stream that tells how many bytes are about to be written; under TLS these are whole records.
/// </summary>
internal sealed class CountedStream(Socket socket, Action<int> beforeWrite) : NetworkStream(socket, ownsSocket: false)
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        beforeWrite(bytes.Length);
        return base.WriteAsync(bytes, cancellationToken);
    }
}
