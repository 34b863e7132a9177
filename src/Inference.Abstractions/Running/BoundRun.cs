namespace Inference;

/// <summary>A run whose inputs and outputs are set up once and used again: 0 managed bytes a run while shapes stay as they are.</summary>
/// <remarks>One thread at a time: a use while another thread uses the object throws <see cref="InferenceException"/>. Different bound runs of one runner may run at once.
/// Disposing it while it runs lets the run end first.</remarks>
public abstract class BoundRun : IDisposable
{
    private const int InUse = 1;
    private const int Released = 2;
    private int _use;
    private int _closed;

    /// <summary>Binds an input. The value is retained; its contents are read anew by each <see cref="Run"/>, so write into it between runs.
    /// Take a writable span before binding, or bind borrowed memory (which is then read in place and must stay alive).</summary>
    /// <exception cref="InvalidInputException">There is no such input, the type, rank or a fixed dimension differs, or the value is an output of this bound run.</exception>
    /// <exception cref="InferenceException">Another thread uses this object.</exception>
    public abstract void SetInput(string name, TensorValue value);

    /// <summary>Runs the model on the bound inputs.</summary>
    /// <exception cref="InvalidInputException">An input without a default is not bound.</exception>
    /// <exception cref="ModelRunException">The model failed on these values.</exception>
    /// <exception cref="InferenceException">Another thread uses this object.</exception>
    public abstract void Run(CancellationToken cancellationToken = default);

    /// <summary>The output of the last run, of any kind. It belongs to this object and its contents change with the next run; call <see cref="ModelValue.Retain"/> to keep a copy.
    /// Disposing it ends the use of the value that was returned and leaves the output to this object.</summary>
    /// <exception cref="InferenceException">There is no such output, nothing was run yet, or another thread uses this object.</exception>
    public abstract ModelValue GetOutputValue(string name);

    /// <summary>The output of the last run, as a tensor; see <see cref="GetOutputValue"/>.</summary>
    /// <exception cref="InferenceException">There is no such output or it is not a tensor, nothing was run yet, or another thread uses this object.</exception>
    public TensorValue GetOutput(string name)
    {
        ModelValue value = GetOutputValue(name);
        return value as TensorValue ?? throw new InferenceException($"The output '{name}' is a {value.Kind}, not a tensor. Read it by GetOutputValue(\"{name}\").");
    }

    /// <summary>Releases the bound values; while a run goes on, when it ends.</summary>
    public abstract void Dispose();

    /// <summary>Begins a use of this object; each is followed by <see cref="EndUse"/>.</summary>
    /// <exception cref="InferenceException">Another thread uses this object.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    protected void BeginUse()
    {
        int use = Interlocked.CompareExchange(ref _use, InUse, 0);
        if (Volatile.Read(ref _closed) != 0)
        {
            if (use == 0)
            {
                EndUse();
            }

            throw new ObjectDisposedException(GetType().FullName);
        }

        if (use != 0)
        {
            ThrowInUse();
        }
    }

    /// <summary>Checks that the object can be read: no use goes on and it was not disposed.</summary>
    /// <exception cref="InferenceException">Another thread uses this object.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    protected void RequireIdle()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        ThrowIfInUse();
    }

    /// <summary>Ends a use; where the object was disposed meanwhile, releases what it holds.</summary>
    protected void EndUse()
    {
        // A plain write and a look, in place of an interlocked step: closing marks the object and lets a barrier pass through all threads before it looks for the end of the use.
        Volatile.Write(ref _use, 0);
        if (Volatile.Read(ref _closed) != 0)
        {
            ReleaseUnused();
        }
    }

    /// <summary>Lets no use begin any more and releases what the object holds, when the last use has ended. Doing it again has no effect.</summary>
    protected void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Interlocked.MemoryBarrierProcessWide();
            ReleaseUnused();
        }
    }

    /// <summary>Releases what the object holds; called once, when it is disposed and not in use.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>A view of an output tensor for the user: read-only, its <see cref="ModelValue.Retain"/> copies, and disposing it leaves the tensor to this object.</summary>
    /// <param name="output">The tensor that runs write; not one of strings.</param>
    /// <param name="before">What this method returned before; returned again where it shows the same tensor and was not disposed.</param>
    protected TensorValue Show(TensorValue output, ModelValue? before = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        return before is BoundOutput view && view.Shows(output) ? view : new BoundOutput(this, output);
    }

    /// <summary>Whether a value is an output of this object, so that a run would read and write the same memory.</summary>
    protected bool IsOwnOutput(ModelValue value) => value is BoundOutput output && output.Run == this;

    /// <summary>A copy of an output that no run writes to meanwhile.</summary>
    internal TensorValue CopyOf(TensorValue output)
    {
        BeginUse();
        try
        {
            TensorValue copy = TensorValue.Allocate(output.ElementType, output.Shape);
            output.AsBytes().CopyTo(copy.AsWritableBytes());
            return copy;
        }
        finally
        {
            EndUse();
        }
    }

    internal void ThrowIfInUse()
    {
        if (Volatile.Read(ref _use) == InUse)
        {
            ThrowInUse();
        }
    }

    private void ReleaseUnused()
    {
        if (Interlocked.CompareExchange(ref _use, Released, 0) == 0)
        {
            Release();
        }
    }

    private static void ThrowInUse() => throw new InferenceException(
        "A bound run was used while another thread runs it or binds its inputs; expected one thread at a time. Make a bound run for each thread.");
}
