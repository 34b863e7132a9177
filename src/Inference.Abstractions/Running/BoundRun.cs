namespace Inference;

/// <summary>A run whose inputs and outputs are set up once and used again: 0 managed bytes a run while shapes stay as they are.</summary>
/// <remarks>One thread at a time. Different bound runs of one runner may run at once.</remarks>
public abstract class BoundRun : IDisposable
{
    /// <summary>Binds an input. The value is retained; its contents are read anew by each <see cref="Run"/>, so write into it between runs.
    /// Take a writable span before binding, or bind borrowed memory (which is then read in place and must stay alive).</summary>
    /// <exception cref="InvalidInputException">There is no such input, or the type, rank or a fixed dimension differs.</exception>
    public abstract void SetInput(string name, TensorValue value);

    /// <summary>Runs the model on the bound inputs.</summary>
    /// <exception cref="InvalidInputException">An input without a default is not bound.</exception>
    /// <exception cref="ModelRunException">The model failed on these values.</exception>
    public abstract void Run(CancellationToken cancellationToken = default);

    /// <summary>The output of the last run. It belongs to this object and its contents change with the next run; call <see cref="ModelValue.Retain"/> to keep a copy.</summary>
    public abstract ModelValue GetOutput(string name);

    /// <summary>Releases the bound values.</summary>
    public abstract void Dispose();
}
