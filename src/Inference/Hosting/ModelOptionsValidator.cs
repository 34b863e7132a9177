using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>Checks what annotations cannot say.</summary>
internal sealed class ModelOptionsValidator(IEnumerable<ModelRegistration> registrations) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        if (options.EffectiveSource is null && !registrations.Any(r => r.Name == name && r.Builder.Model is not null))
        {
            return ValidateOptionsResult.Fail($"Model '{name}': expected Source or Path, got neither. Set one in AddModel or in the configuration section.");
        }

        if (options.KeysGivenTwice is { } twice)
        {
            return ValidateOptionsResult.Fail($"Model '{name}': {twice.Second}: expected one key, got {twice.First} too. Remove one; for several keys, set Keys to ModelKeys.Ring.");
        }

        return options.MaxRunTime <= TimeSpan.Zero ? ValidateOptionsResult.Fail($"Model '{name}': MaxRunTime: expected a time greater than zero, got {options.MaxRunTime}.")
            : options.MaxLoadTime <= TimeSpan.Zero ? ValidateOptionsResult.Fail($"Model '{name}': MaxLoadTime: expected a time greater than zero, got {options.MaxLoadTime}.")
            : ValidateOptionsResult.Success;
    }
}
