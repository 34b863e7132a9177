using System.Net;
using System.Net.Sockets;

namespace Inference.Cluster;

/// <summary>Forwards connections on loopback; while it drops, bytes of all connections go nowhere, and nobody is told.</summary>
internal sealed class DropProxy : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _drops;

    public DropProxy(int port, int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Whether bytes are dropped. Connections that lost some end when it is set to false, since the rest of their stream would mean something else.</summary>
    public bool Drops
    {
        get => _drops;
        set => _drops = value;
    }

    public void Dispose()
    {
        _closing.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient from = await _listener.AcceptTcpClientAsync(_closing.Token).ConfigureAwait(false);
                _ = Task.Run(() => ConnectAsync(from));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ConnectAsync(TcpClient from)
    {
        using TcpClient source = from;
        using var to = new TcpClient { NoDelay = true };
        source.NoDelay = true;
        try
        {
            while (_drops)
            {
                // Accepted by the system, and that is all.
                await Task.Delay(100, _closing.Token).ConfigureAwait(false);
            }

            await to.ConnectAsync(IPAddress.Loopback, _target, _closing.Token).ConfigureAwait(false);
            await Task.WhenAny(CopyAsync(source.GetStream(), to.GetStream()), CopyAsync(to.GetStream(), source.GetStream())).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // One side is gone: so is the other.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[64 << 10];
        bool lost = false;
        while (true)
        {
            int count = await from.ReadAsync(buffer, _closing.Token).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            lost |= _drops;
            if (!lost)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), _closing.Token).ConfigureAwait(false);
            }
            else if (!_drops)
            {
                return;
            }
        }
    }
}
