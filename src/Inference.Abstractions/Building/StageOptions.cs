using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Inference;

/// <summary>
/// The options of one stage: what is registered under the model's name where there are services with options, else the defaults; then what the code says
/// beside <c>UseX</c>; then checked. Follows configuration as <see cref="ReloadingOptions{TOptions}"/> does.
/// </summary>
/// <typeparam name="TOptions">The options.</typeparam>
/// <remarks>Thread-safe. Dispose it to stop following the configuration.</remarks>
public sealed class StageOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions> : IDisposable
    where TOptions : class, new()
{
    private readonly string _name;
    private readonly Action<TOptions>? _configure;
    private readonly IValidateOptions<TOptions> _validator;
    private readonly ReloadingOptions<TOptions>? _reloading;
    private readonly TOptions _first;

    /// <summary>Reads the options and starts to follow them.</summary>
    /// <param name="services">The service provider of the stage; may know no options at all.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="configure">What the code says; runs last, on every reload anew. Null for nothing.</param>
    /// <param name="validator">Checks each value.</param>
    /// <param name="changed">Called with each new value after the first; what it throws rejects the value.</param>
    /// <param name="rejected">Called with the reason when a change was rejected; the last good value stays.</param>
    /// <exception cref="OptionsValidationException">The first value is not valid.</exception>
    public StageOptions(
        IServiceProvider services,
        string name,
        Action<TOptions>? configure,
        IValidateOptions<TOptions> validator,
        Action<TOptions>? changed = null,
        Action<Exception>? rejected = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(validator);
        _name = name;
        _configure = configure;
        _validator = validator;
        if (services.GetService(typeof(IOptionsFactory<TOptions>)) is null)
        {
            _first = new TOptions();
        }
        else
        {
            _reloading = new ReloadingOptions<TOptions>(
                services,
                name,
                next =>
                {
                    Complete(next);
                    changed?.Invoke(next);
                },
                rejected);
            _first = _reloading.Current;
        }

        try
        {
            Complete(_first);
        }
        catch
        {
            _reloading?.Dispose();
            throw;
        }
    }

    /// <summary>The last valid value; not to be changed.</summary>
    public TOptions Current => _reloading?.Current ?? _first;

    /// <inheritdoc/>
    public void Dispose() => _reloading?.Dispose();

    private void Complete(TOptions options)
    {
        _configure?.Invoke(options);
        ValidateOptionsResult result = _validator.Validate(_name, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(_name, typeof(TOptions), result.Failures);
        }
    }
}
