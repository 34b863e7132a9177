namespace Inference;

/// <summary>A run whose inputs and outputs are bound once and reused; it allocates no managed memory as long as the shapes do not change.</summary>
/// <remarks>Not thread-safe: using the object while another thread uses it throws <see cref="InferenceException"/>. Different bound runs of one runner may run concurrently.
/// If it is disposed during a run, the run finishes first.</remarks>
public abstract class BoundRun : IDisposable
{
    private const int InUse = 1;
    private const int Released = 2;
    private int _use;
    private int _closed;

    /// <summary>Binds an input. The value is retained; each <see cref="Run"/> reads its current contents, so write to it between runs.
    /// Get a writable span before binding, or bind borrowed memory (which is read in place and must stay alive).</summary>
    /// <exception cref="InvalidInputException">The input does not exist, the type, rank or a fixed dimension differs, or the value is an output of this bound run.</exception>
    /// <exception cref="InferenceException">Another thread is using this object.</exception>
    public abstract void SetInput(string name, TensorValue value);

    /// <summary>Runs the model on the bound inputs.</summary>
    /// <exception cref="InvalidInputException">An input without a default is not bound.</exception>
    /// <exception cref="ModelRunException">The model failed for these values.</exception>
    /// <exception cref="InferenceException">Another thread is using this object.</exception>
    public abstract void Run(CancellationToken cancellationToken = default);

    /// <summary>Returns an output of the last run, of any kind. This object owns the value, and the next run changes its contents; call <see cref="ModelValue.Retain"/> to keep a copy.
    /// Disposing the returned value does not release the output.</summary>
    /// <exception cref="InferenceException">The output does not exist, nothing was run yet, or another thread is using this object.</exception>
    public abstract ModelValue GetOutputValue(string name);

    /// <summary>Returns an output of the last run as a tensor; see <see cref="GetOutputValue"/>.</summary>
    /// <exception cref="InferenceException">The output does not exist or is not a tensor, nothing was run yet, or another thread is using this object.</exception>
    public TensorValue GetOutput(string name)
    {
        ModelValue value = GetOutputValue(name);
        return value as TensorValue ?? throw new InferenceException($"The output '{name}' is a {value.Kind}, not a tensor. Read it with GetOutputValue(\"{name}\").");
    }

    /// <summary>Releases the bound values, after a run in progress has ended.</summary>
    public abstract void Dispose();

    /// <summary>Begins a use of this object; pair each call with <see cref="EndUse"/>.</summary>
    /// <exception cref="InferenceException">Another thread is using this object.</exception>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
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

    /// <summary>Checks that the object can be read: it is not in use and was not disposed.</summary>
    /// <exception cref="InferenceException">Another thread is using this object.</exception>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    protected void RequireIdle()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        ThrowIfInUse();
    }

    /// <summary>Ends a use; if the object was disposed in the meantime, releases its resources.</summary>
    protected void EndUse()
    {
        // A plain write and a read instead of an interlocked operation: Close marks the object and issues a process-wide barrier before it reads whether the use has ended.
        Volatile.Write(ref _use, 0);
        if (Volatile.Read(ref _closed) != 0)
        {
            ReleaseUnused();
        }
    }

    /// <summary>Prevents further uses and releases the object's resources once the last use has ended. Further calls have no effect.</summary>
    protected void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Interlocked.MemoryBarrierProcessWide();
            ReleaseUnused();
        }
    }

    /// <summary>Releases the object's resources; called once, when the object is disposed and not in use.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>Returns a read-only view of an output tensor for the user: its <see cref="ModelValue.Retain"/> copies, and disposing it does not release the tensor.</summary>
    /// <param name="output">The tensor that runs write; must not contain strings.</param>
    /// <param name="before">The previous result of this method; returned again if it shows the same tensor and was not disposed.</param>
    protected TensorValue Show(TensorValue output, ModelValue? before = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        return before is BoundOutput view && view.Shows(output) ? view : new BoundOutput(this, output);
    }

    /// <summary>Whether a value is an output of this object, in which case a run would read and write the same memory.</summary>
    protected bool IsOwnOutput(ModelValue value) => value is BoundOutput output && output.Run == this;

    /// <summary>A copy of an output, made while no run writes to it.</summary>
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
        "A bound run was used while another thread was running it or binding its inputs; expected one thread at a time. Create a bound run for each thread.");
}
