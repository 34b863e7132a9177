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
    private readonly Lock _lock = new();
    private readonly ReloadingOptions<TOptions>? _reloading;
    private Action<TOptions>? _listeners;
    private TOptions? _current;

    /// <summary>Reads the options and starts to follow them.</summary>
    /// <param name="services">The service provider of the stage; may know no options at all.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="configure">What the code says; runs last, on every reload anew. Null for nothing.</param>
    /// <param name="validator">Checks each value.</param>
    /// <param name="rejected">Called with the reason when a change was rejected; the last good value stays.</param>
    /// <exception cref="OptionsValidationException">The first value is not valid.</exception>
    public StageOptions(
        IServiceProvider services,
        string name,
        Action<TOptions>? configure,
        IValidateOptions<TOptions> validator,
        Action<Exception>? rejected = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(validator);
        _name = name;
        _configure = configure;
        _validator = validator;
        bool followed = services.GetService(typeof(IOptionsFactory<TOptions>)) is not null;
        _reloading = followed ? new ReloadingOptions<TOptions>(services, name, Take, rejected) : null;
        try
        {
            lock (_lock)
            {
                // A change may have come meanwhile.
                if (_current is null)
                {
                    Take(_reloading?.Current ?? new TOptions());
                }
            }
        }
        catch
        {
            _reloading?.Dispose();
            throw;
        }
    }

    /// <summary>The last valid value; not to be changed.</summary>
    public TOptions Current => Volatile.Read(ref _current)!;

    /// <summary>Calls back with the value that holds, at once, and then with each new one, in their order and one at a time, until this is disposed.</summary>
    /// <param name="listener">Takes a value up. What it throws on the first comes out here; on a later one it rejects that value, so that the last good one stays.</param>
    public void OnChange(Action<TOptions> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        lock (_lock)
        {
            listener(Current);
            _listeners += listener;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reloading?.Dispose();

    private void Take(TOptions next)
    {
        Complete(next);
        lock (_lock)
        {
            _listeners?.Invoke(next);
            Volatile.Write(ref _current, next);
        }
    }

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
