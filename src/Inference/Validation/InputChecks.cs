using Inference.Loading;

namespace Inference.Validation;

/// <summary>The checks of one set of options, prepared for a model. Immutable.</summary>
internal sealed class InputChecks
{
    private readonly ModelInfo _info;
    private readonly ValidationInstruments _instruments;
    private readonly bool _checkSignature;
    private readonly int _maxFlags;
    private readonly (ModelPort Port, InputCheck Check)[] _checks;

    /// <summary>Prepares the checks.</summary>
    /// <exception cref="InferenceException">A rule is not for an input of the model, or does not match its type.</exception>
    public InputChecks(ModelInfo info, ValidationOptions options, ValidationInstruments instruments)
    {
        _info = info;
        _instruments = instruments;
        _checkSignature = options.CheckSignature;
        _maxFlags = options.MaxFlags;
        var checks = new List<(ModelPort, InputCheck)>();
        foreach (string name in options.Inputs.Keys)
        {
            if (!info.Inputs.Any(p => string.Equals(p.Name, name, StringComparison.Ordinal)))
            {
                throw new InferenceException($"Model '{info.Name}', UseValidation: got a rule for '{name}', which is not an input; expected {string.Join(", ", info.Inputs.Select(p => $"'{p.Name}'"))}. Correct the name.");
            }
        }

        foreach (ModelPort port in info.Inputs)
        {
            if (options.Inputs.TryGetValue(port.Name, out InputRule? own))
            {
                checks.Add((port, InputCheck.Create(info.Name, port, own, instruments) ?? throw new InferenceException(
                    $"Model '{info.Name}', UseValidation: the rule for '{port.Name}' does not match its type {port.Type}: expected numbers for bounds, integers for AllowedIds, strings for AllowedTexts. Correct the rule.")));
            }
            else if (options.Default is { } common && port.Type.ElementType != ElementType.String && InputCheck.Create(info.Name, port, common, instruments) is { } check)
            {
                checks.Add((port, check));
            }
        }

        _checks = [.. checks];
    }

    /// <summary>Checks a call's inputs.</summary>
    /// <returns>The inputs with replaced values; null if nothing was replaced.</returns>
    /// <exception cref="InvalidInputException">The inputs do not match the signature, or a rule rejects them.</exception>
    public ReplacedInputs? Apply(NamedValues inputs, RunContext? context)
    {
        if (_checkSignature)
        {
            CheckSignature(inputs);
        }

        ReplacedInputs? replaced = null;
        int flagsLeft = _maxFlags;
        try
        {
            foreach ((ModelPort port, InputCheck check) in _checks)
            {
                if (!inputs.TryGetValue(port.Name, out ModelValue? value) || value is not TensorValue tensor || check.IsClean(tensor))
                {
                    continue;
                }

                if (check.Handle(tensor, context, ref flagsLeft) is { } copy)
                {
                    (replaced ??= new ReplacedInputs(inputs)).Replace(port.Name, copy);
                }
            }

            return replaced;
        }
        catch
        {
            replaced?.Dispose();
            throw;
        }
    }

    private void CheckSignature(NamedValues inputs)
    {
        try
        {
            SignatureCheck.Check(_info, inputs);
        }
        catch (InvalidInputException)
        {
            _instruments.Broken(_info.Name, "", "signature", ValidationAction.Reject, 1);
            throw;
        }
    }
}
