using Microsoft.Extensions.Options;

namespace Inference.Versioning.Options;

/// <summary>Validates the format of <see cref="FallbackOptions.Chain"/>.</summary>
internal sealed class FallbackOptionsRules : IValidateOptions<FallbackOptions>
{
    public ValidateOptionsResult Validate(string? name, FallbackOptions options)
    {
        var failures = new List<string>();
        foreach (string entry in options.Chain)
        {
            if (!entry.StartsWith("version:", StringComparison.Ordinal) && !entry.StartsWith("model:", StringComparison.Ordinal))
            {
                failures.Add($"Model '{name}', fallback: expected chain entries 'version:previous', 'version:NAME' or 'model:NAME', got '{entry}'. Correct FallbackOptions.Chain.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Validates all rules; for options created outside dependency injection.</summary>
    /// <exception cref="OptionsValidationException">An option is out of range.</exception>
    public static void Require(string name, FallbackOptions options)
    {
        ValidateOptionsResult ranges = new FallbackOptionsValidator().Validate(name, options);
        ValidateOptionsResult rules = new FallbackOptionsRules().Validate(name, options);
        if (ranges.Failed || rules.Failed)
        {
            throw new OptionsValidationException(name, typeof(FallbackOptions), [.. ranges.Failures ?? [], .. rules.Failures ?? []]);
        }
    }
}
