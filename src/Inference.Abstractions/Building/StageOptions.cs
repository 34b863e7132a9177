using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Inference;

/// <summary>
/// The options of one stage: those registered under the model's name if the services have options, otherwise the defaults; then changed by the delegate
/// passed to <c>UseX</c>; then validated. Follows configuration changes as <see cref="ReloadingOptions{TOptions}"/> does.
/// </summary>
/// <typeparam name="TOptions">The options.</typeparam>
/// <remarks>Thread-safe. Dispose it to stop following changes.</remarks>
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

    /// <summary>Reads the options and starts following changes.</summary>
    /// <param name="services">The service provider of the stage; may have no options registered.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="configure">Changes the options last, again after every reload. Null for no change.</param>
    /// <param name="validator">Validates each value.</param>
    /// <param name="rejected">Called with the reason when a change is rejected; the last valid value remains in effect.</param>
    /// <exception cref="OptionsValidationException">The initial value is not valid.</exception>
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
                // A change may have arrived in the meantime.
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

    /// <summary>The last valid value; do not modify it.</summary>
    public TOptions Current => Volatile.Read(ref _current)!;

    /// <summary>Calls the listener immediately with the current value, then with each new value, in order and one at a time, until this object is disposed.</summary>
    /// <param name="listener">Applies a value. An exception on the first call is thrown to the caller; on a later call it rejects the new value, and the last valid one remains in effect.</param>
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
