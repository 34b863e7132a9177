using System.Collections.Frozen;

namespace Inference.Validation;

/// <summary>Holds strings against a vocabulary.</summary>
internal sealed class TextCheck(string model, ModelPort port, InputRule rule, ValidationInstruments instruments) : InputCheck(model, port, rule, instruments)
{
    private readonly FrozenSet<string>? _allowed = rule.AllowedTexts.Count == 0 ? null : rule.AllowedTexts.ToFrozenSet(StringComparer.Ordinal);

    protected override bool IsEveryElementAllowed(TensorValue tensor)
    {
        if (_allowed is null)
        {
            return true;
        }

        foreach (string text in tensor.AsSpan<string>())
        {
            if (!_allowed.Contains(text))
            {
                return false;
            }
        }

        return true;
    }

    protected override int Examine(TensorValue tensor, TensorValue? copy, int index)
    {
        if (_allowed!.Contains(tensor.AsSpan<string>()[index]))
        {
            return -1;
        }

        if (copy is not null)
        {
            copy.AsWritableSpan<string>()[index] = Rule.ReplacementText;
        }

        return VocabularyKind;
    }

    protected override TensorValue Copy(TensorValue tensor) => TensorValue.Copy(tensor.AsSpan<string>(), tensor.Shape);

    protected override string Show(TensorValue tensor, int index) => $"'{tensor.AsSpan<string>()[index]}'";
}
