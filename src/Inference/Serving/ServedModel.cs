namespace Inference.Serving;

/// <summary>A compiled model: what differs between engines. A <see cref="ServingRunner"/> lets calls in, limits their time, and disposes. Thread-safe.</summary>
internal abstract class ServedModel : IDisposable
{
    /// <summary>What is known of the model; its claims are not tried yet.</summary>
    public abstract ModelInfo Info { get; }

    /// <summary>Whether <see cref="Split"/> may cut the model.</summary>
    public virtual bool IsSplittable => false;

    /// <summary>The value of <see cref="RunRecord.Placement"/>: null if a single provider runs all nodes.</summary>
    public virtual string? Placement => null;

    /// <summary>Makes what one run at a time works with, to be used again by later ones.</summary>
    public abstract object NewCall();

    /// <summary>Checks the inputs and runs once.</summary>
    /// <param name="inputs">The caller's inputs.</param>
    /// <param name="limits">The time limit of the run.</param>
    /// <param name="call">Created by <see cref="NewCall"/>; used only by this run.</param>
    /// <exception cref="InvalidInputException">The inputs do not fit the model.</exception>
    /// <exception cref="DeadlineExceededException">The time limit was exceeded.</exception>
    public abstract NamedValues Run(NamedValues inputs, in CallLimits limits, object call);

    /// <summary>Whether a run on these inputs costs little enough for a trial.</summary>
    public abstract bool AffordsTrial(NamedValues inputs);

    /// <summary>Lets go of the memory of trials.</summary>
    public virtual void EndTrials()
    {
    }

    /// <summary>A bound run.</summary>
    /// <param name="gate">Held for the bound run, which releases it when it is disposed.</param>
    /// <param name="maxRunTime">The time limit of each of its runs; null for no limit.</param>
    /// <param name="clock">The clock for the limit.</param>
    public abstract BoundRun Bind(RunGate gate, TimeSpan? maxRunTime, TimeProvider clock);

    /// <summary>Cuts the model; see <see cref="IModelSplitter"/>.</summary>
    /// <param name="info">The model, with tested claims.</param>
    /// <param name="branchInputs">Names of inputs.</param>
    /// <param name="hold">Holds the model's memory for a part; disposing the result releases it.</param>
    public virtual ModelSplit? Split(ModelInfo info, IReadOnlyCollection<string> branchInputs, Func<Action> hold) => null;

    /// <summary>An object of the engine that callers may reach; null where it has none of the type.</summary>
    public virtual object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;

    public abstract void Dispose();
}
