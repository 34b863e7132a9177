namespace Inference.Validation;

/// <summary>Holds the values of one input against its rule. Immutable.</summary>
internal abstract class InputCheck(string model, ModelPort port, InputRule rule, ValidationInstruments instruments)
{
    private readonly long[] _maxShape = [.. rule.MaxShape];

    protected InputRule Rule { get; } = rule;

    /// <summary>The check of an input; null where the rule does not fit its type.</summary>
    public static InputCheck? Create(string model, ModelPort port, InputRule rule, ValidationInstruments instruments)
    {
        if (port.Type.Kind != ModelValueKind.Tensor)
        {
            return null;
        }

        if (port.Type.ElementType == ElementType.String)
        {
            return rule.Min is null && rule.Max is null && rule.AllowedIds.Count == 0 ? new TextCheck(model, port, rule, instruments) : null;
        }

        return rule.AllowedTexts.Count > 0 ? null : port.Type.ElementType switch
        {
            ElementType.Float32 => Real<float>(),
            ElementType.Float64 => Real<double>(),
            ElementType.Float16 => Real<Half>(),
            ElementType.Int8 => new NumberCheck<sbyte>(model, port, rule, instruments),
            ElementType.Int16 => new NumberCheck<short>(model, port, rule, instruments),
            ElementType.Int32 => new NumberCheck<int>(model, port, rule, instruments),
            ElementType.Int64 => new NumberCheck<long>(model, port, rule, instruments),
            ElementType.UInt8 => new NumberCheck<byte>(model, port, rule, instruments),
            ElementType.UInt16 => new NumberCheck<ushort>(model, port, rule, instruments),
            ElementType.UInt32 => new NumberCheck<uint>(model, port, rule, instruments),
            ElementType.UInt64 => new NumberCheck<ulong>(model, port, rule, instruments),
            _ => null,
        };

        InputCheck? Real<T>()
            where T : unmanaged, System.Numerics.INumber<T>, System.Numerics.IMinMaxValue<T> => rule.AllowedIds.Count > 0 ? null : new NumberCheck<T>(model, port, rule, instruments);
    }

    /// <summary>Whether nothing is to be said against the values. Fast: most calls are.</summary>
    public bool IsClean(TensorValue tensor)
    {
        if (tensor.ElementType != port.Type.ElementType)
        {
            // If the signature is not checked here, the model reports the error.
            return true;
        }

        for (int i = 0; i < Math.Min(_maxShape.Length, tensor.Rank); i++)
        {
            if (_maxShape[i] > 0 && tensor.Shape[i] > _maxShape[i])
            {
                instruments.Broken(model, port.Name, "signature", ValidationAction.Reject, 1);
                throw new InvalidInputException($"Model '{model}', input '{port.Name}': expected at most {_maxShape[i]} on axis {i} (MaxShape), got {TensorShape.Format(tensor.Shape)}. Send less data per call, or raise the limit.");
            }
        }

        return IsEveryElementAllowed(tensor);
    }

    /// <summary>Does what the rule says about the values it does not allow; returns a copy with values replaced, or null.</summary>
    /// <exception cref="InvalidInputException">The rule rejects them.</exception>
    public TensorValue? Handle(TensorValue tensor, RunContext? context, ref int flagsLeft)
    {
        TensorValue? copy = Rule.Action == ValidationAction.Clamp ? Copy(tensor) : null;
        long width = tensor.Rank == 0 || tensor.Shape[0] == 0 ? 0 : tensor.ElementCount / tensor.Shape[0];
        Span<long> broken = stackalloc long[Rules.Length];
        Span<long> lastRow = stackalloc long[Rules.Length];
        broken.Clear();
        lastRow.Fill(-2);
        for (long i = 0; i < tensor.ElementCount; i++)
        {
            int kind = Examine(tensor, copy, (int)i);
            if (kind < 0)
            {
                continue;
            }

            long row = width == 0 ? -1 : i / width;
            if (Rule.Action == ValidationAction.Reject)
            {
                instruments.Broken(model, port.Name, Rules[kind], Rule.Action, 1);
                throw new InvalidInputException($"Model '{model}', input '{port.Name}'{(row >= 0 ? $", row {row}" : "")}: expected {Expected(kind)}, got {Show(tensor, (int)i)} (element {(row >= 0 ? i % width : i)}). Correct the value, or change the rule's Action.");
            }

            if (lastRow[kind] != row)
            {
                lastRow[kind] = row;
                broken[kind]++;
                if (context is not null && flagsLeft > 0)
                {
                    flagsLeft--;
                    context.Record.AddFlag(new RowFlag(port.Name, (int)row, Rules[kind], copy is not null));
                }
            }
        }

        for (int kind = 0; kind < broken.Length; kind++)
        {
            if (broken[kind] > 0)
            {
                instruments.Broken(model, port.Name, Rules[kind], Rule.Action, broken[kind]);
            }
        }

        return copy;
    }

    protected const int NaNKind = 0;
    protected const int InfinityKind = 1;
    protected const int RangeKind = 2;
    protected const int VocabularyKind = 3;

    private static readonly string[] s_rules = ["nan", "infinity", "range", "vocabulary"];

    private static ReadOnlySpan<string> Rules => s_rules;

    protected abstract bool IsEveryElementAllowed(TensorValue tensor);

    /// <summary>The kind of rule that an element violates, −1 for none; if there is a copy, its element is replaced.</summary>
    protected abstract int Examine(TensorValue tensor, TensorValue? copy, int index);

    protected abstract TensorValue Copy(TensorValue tensor);

    protected abstract string Show(TensorValue tensor, int index);

    private string Expected(int kind) => kind switch
    {
        NaNKind => "a number",
        InfinityKind => "a finite number",
        RangeKind => $"a number from {Rule.Min?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "−∞"} to {Rule.Max?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "∞"}",
        _ => $"one of the {Math.Max(Rule.AllowedIds.Count, Rule.AllowedTexts.Count)} allowed values",
    };
}
