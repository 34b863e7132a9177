namespace Inference.Layers;

/// <summary>Counts the runs of a layer that are in flight, so that what it owns is freed when it is disposed and the last of them is out. Thread-safe.</summary>
internal sealed class LayerGate(string layer, params IDisposable?[] owned)
{
    private const int Closed = 1;
    private const int OneRun = 2;
    private int _state;
    private int _freed;

    /// <summary>Enters a run; each is left by <see cref="Exit"/>.</summary>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public void Enter()
    {
        if ((Interlocked.Add(ref _state, OneRun) & Closed) != 0)
        {
            Exit();
            throw new ObjectDisposedException(layer, "The layer was disposed; create another one to run it.");
        }
    }

    public void Exit() => FreeIf(Interlocked.Add(ref _state, -OneRun));

    /// <summary>Prevents further runs.</summary>
    public void Close() => FreeIf(Interlocked.Or(ref _state, Closed) | Closed);

    private void FreeIf(int state)
    {
        if (state == Closed && Interlocked.Exchange(ref _freed, 1) == 0)
        {
            foreach (IDisposable? item in owned)
            {
                item?.Dispose();
            }
        }
    }
}
