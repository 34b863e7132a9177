using Inference.Execution;
using Inference.Import;
using Inference.Onnx;
using Inference.Serving;
using Inference.Splitting;

namespace Inference.Engine;

/// <summary>A model on the managed engine. Thread-safe.</summary>
internal sealed class ManagedModel : ServedModel
{
    // What a trial may hold.
    private const long MaxTrialBytes = 16 << 20;
    private static readonly TimeSpan s_longestTrialPlan = TimeSpan.FromSeconds(1);

    private readonly LoadedModel _model;
    private readonly ModelLoadOptions _options;

    public ManagedModel(LoadedModel model, ModelLoadOptions options)
    {
        _model = model;
        _options = options.Clone();
    }

    public override ModelInfo Info => _model.Info;

    public override bool IsSplittable => _model.Source is not null;

    /// <summary>The model and its plans.</summary>
    public LoadedModel Model => _model;

    public override string? Placement => _model.Placement is { Parts.Count: > 1 } parts ? parts.Summary : null;

    public override object NewCall() => new CallState(_model);

    public override NamedValues Run(NamedValues inputs, in CallLimits limits, object state)
    {
        var call = (CallState)state;
        RunControl control = call.Control;
        try
        {
            control.Begin(limits.Cancellation, limits.Time, limits.Clock);
            GraphExecutable executable = call.Bind(inputs);
            ExecutablePlan plan = executable.PlanFor(call.Values, control);
            ExecutionFrame frame = plan.Rent(control);
            var outputs = new NamedValues(Info.Outputs.Count);
            try
            {
                for (int i = 0; i < call.Values.Length; i++)
                {
                    if (call.Values[i] is { } value)
                    {
                        frame.SetInput(i, value);
                    }
                }

                OutputCollector.Allocate(plan, frame, call, Info.Outputs, outputs);
                frame.Execute();
                OutputCollector.Collect(plan, frame, call, Info.Outputs, outputs);
                return outputs;
            }
            catch (InferenceException exception) when (exception is ModelRunException or InvalidInputException)
            {
                outputs.Dispose();
                string message = $"Model '{Info.Name}': {exception.Message}";
                throw exception is InvalidInputException ? new InvalidInputException(message, exception) : new ModelRunException(message, exception);
            }
            catch
            {
                outputs.Dispose();
                throw;
            }
            finally
            {
                plan.Return(frame);
            }
        }
        finally
        {
            call.Clear();
        }
    }

    public override BoundRun Bind(RunGate gate, TimeSpan? maxRunTime, TimeProvider clock) => new ManagedBoundRun(_model, gate, maxRunTime, clock);

    public override ModelSplit? Split(ModelInfo info, IReadOnlyCollection<string> branchInputs, Func<Action> hold)
    {
        using SecretBlocks.Scope secrets = SecretBlocks.Enter(_model.Secrets);
        return ModelSplitter.Split(_model.Source!, _model.Table, info, branchInputs, (part, kind, digest) => LoadPart(part, $"{info.Name}/{kind}", digest, hold()));
    }

    // Small as graphs go, and as planned for these inputs.
    public override bool AffordsTrial(NamedValues inputs)
    {
        if (!RowIndependenceCheck.IsSmall(_model.Executable.Graph))
        {
            return false;
        }

        var call = new CallState(_model);
        try
        {
            call.Control.Begin(CancellationToken.None, s_longestTrialPlan);
            return call.Bind(inputs).PlanFor(call.Values, call.Control).Plan is { ArenaBytes: <= MaxTrialBytes, ScratchBytes: <= MaxTrialBytes };
        }
        catch (InferenceException)
        {
            return true;
        }
        finally
        {
            call.Clear();
        }
    }

    public override void EndTrials() => _model.Executable.Sleep();

    public override void Dispose() => _model.Dispose();

    /// <summary>Hands a frame that is ready to run on these inputs to an observer.</summary>
    public T Observe<T>(NamedValues inputs, Func<ExecutablePlan, ExecutionFrame, T> observe, CancellationToken cancellationToken = default)
    {
        var call = new CallState(_model);
        RunControl control = call.Control;
        try
        {
            control.Begin(cancellationToken);
            ExecutablePlan plan = call.Bind(inputs).PlanFor(call.Values, control);
            ExecutionFrame frame = plan.Rent(control);
            using var outputs = new NamedValues(_model.Info.Outputs.Count);
            try
            {
                for (int i = 0; i < call.Values.Length; i++)
                {
                    if (call.Values[i] is { } value)
                    {
                        frame.SetInput(i, value);
                    }
                }

                OutputCollector.Allocate(plan, frame, call, _model.Info.Outputs, outputs);
                return observe(plan, frame);
            }
            finally
            {
                plan.Return(frame);
            }
        }
        finally
        {
            call.Clear();
        }
    }

    private ServingRunner LoadPart(OnnxModel part, string name, string digest, Action release)
    {
        ModelLoadOptions own = _options.Clone();
        own.Providers.Clear();
        LoadedModel model;
        try
        {
            SecretBlocks? secrets = _model.Secrets is null ? null : new();
            using SecretBlocks.Scope scope = SecretBlocks.Enter(secrets);
            RunControl control = RunControl.ForLoad(own, CancellationToken.None);
            model = new LoadedModel(part, ModelImporter.Import(part, control: control, table: _model.Table), own, name, digest, release, control, secrets);
        }
        catch
        {
            release();
            throw;
        }

        // What is stated of the whole need not hold for this part, or cannot be checked on made-up values.
        ModelLoadOptions unstated = own.Clone();
        unstated.AssertRowIndependent = own.AssertRowIndependent == false ? false : null;
        return new ServingRunner(new ManagedModel(model, own), own, unstated);
    }
}
