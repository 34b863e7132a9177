namespace Inference.Serving;

/// <summary>A bound run of a provider's model: outputs whose shapes follow from those of the inputs are written in place from the second run on. One thread at a time.</summary>
/// <param name="model">The model.</param>
/// <param name="gate">Held for this object, which releases it when it is disposed.</param>
/// <param name="maxRunTime">The time limit of each run; null for no limit.</param>
/// <param name="clock">The clock for the limit.</param>
internal sealed class ProviderBoundRun(ProviderModel model, RunGate gate, TimeSpan? maxRunTime, TimeProvider clock) : ServedBoundRun(model.Info, gate)
{
    private readonly ModelValue?[] _slots = new ModelValue?[model.Info.Outputs.Count];
    private ModelValue[]? _inputs;
    private bool _hasRun;

    public override void Run(CancellationToken cancellationToken = default)
    {
        BeginUse();
        try
        {
            if (_inputs is null)
            {
                RequireInputs();
                _inputs = Array.ConvertAll(Values, v => v is Tensor { Type: not ElementType.String } tensor ? new EngineTensorValue(tensor) : ValueConversion.ToModel(v!, MemoryBudget.Unlimited));
            }

            for (int i = 0; i < _slots.Length; i++)
            {
                _slots[i] = _hasRun && model.IsSizedByInputs(i) ? Outputs[i] : null;
            }

            model.Run(_inputs, _slots, new(maxRunTime, clock, cancellationToken));
            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i] != Outputs[i])
                {
                    Outputs[i]?.Dispose();
                    Outputs[i] = _slots[i];
                }
            }

            _hasRun = true;
        }
        finally
        {
            EndUse();
        }
    }

    protected override void Unprepare()
    {
        _inputs = null;
        _hasRun = false;
    }
}
