using System.Diagnostics.CodeAnalysis;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Inference;

/// <summary>
/// Named options that follow configuration changes. If a change fails validation, it is reported and the last valid value remains in effect; later changes are still read.
/// (<see cref="IOptionsMonitor{TOptions}"/> has no value after a failed change.)
/// </summary>
/// <typeparam name="TOptions">The options.</typeparam>
/// <remarks>Thread-safe. Dispose it to stop following changes.</remarks>
public sealed class ReloadingOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions> : IDisposable
    where TOptions : class
{
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _registrations = [];
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly string _name;
    private readonly ModelConditions? _conditions;
    private Action<TOptions>? _changed;
    private Action<Exception>? _rejected;
    private TOptions _current = null!;
    private Exception? _lastError;
    private bool _disposed;

    /// <summary>Reads the options and starts following changes.</summary>
    /// <param name="services">Where the options are registered.</param>
    /// <param name="name">The name of the options: the model's name.</param>
    /// <param name="changed">Called with each new value, one at a time; an exception that it throws rejects the value.</param>
    /// <param name="rejected">Called with the reason when a change is rejected.</param>
    /// <exception cref="OptionsValidationException">The initial value is not valid.</exception>
    public ReloadingOptions(IServiceProvider services, string name, Action<TOptions>? changed = null, Action<Exception>? rejected = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        _factory = services.GetRequiredService<IOptionsFactory<TOptions>>();
        _name = name;
        _changed = changed;
        _rejected = rejected;
        _conditions = ModelConditions.Find(services, name);
        foreach (IOptionsChangeTokenSource<TOptions> source in services.GetServices<IOptionsChangeTokenSource<TOptions>>())
        {
            if (source.Name is null || source.Name == name)
            {
                _registrations.Add(ChangeToken.OnChange(source.GetChangeToken, Reload));
            }
        }

        try
        {
            // Read after the registrations, under the lock: a change in between is not lost.
            lock (_lock)
            {
                _current ??= _factory.Create(name);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The last valid value.</summary>
    public TOptions Current => Volatile.Read(ref _current);

    /// <summary>Why the last change was rejected; null if it was accepted.</summary>
    public Exception? LastError => Volatile.Read(ref _lastError);

    /// <summary>Replaces the callbacks: calls <paramref name="changed"/> immediately with the current value, then with each new one, one at a time.</summary>
    /// <param name="changed">Applies a value. An exception on the first call is thrown to the caller; on a later call it rejects the new value.</param>
    /// <param name="rejected">Called with the reason when a change is rejected; called immediately if the last change was rejected.</param>
    public void OnChange(Action<TOptions> changed, Action<Exception>? rejected = null)
    {
        ArgumentNullException.ThrowIfNull(changed);
        lock (_lock)
        {
            _changed = changed;
            _rejected = rejected;
            changed(_current);
            if (_lastError is { } error)
            {
                rejected?.Invoke(error);
            }
        }
    }

    /// <summary>Stops following changes.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _conditions?.Clear(this);

        foreach (IDisposable registration in _registrations)
        {
            registration.Dispose();
        }
    }

    // An exception thrown from this method would reach the configuration system's change thread and other listeners.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An unusable value must not stop the object from following later changes.")]
    private void Reload()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            try
            {
                TOptions next = _factory.Create(_name);
                _changed?.Invoke(next);
                Volatile.Write(ref _current, next);
                Volatile.Write(ref _lastError, null);
                _conditions?.Clear(this);
            }
            catch (Exception exception)
            {
                Volatile.Write(ref _lastError, exception);
                _conditions?.Set(this, $"Model '{_name}': the changed {typeof(TOptions).Name} are invalid and were ignored: {exception.Message}");
                _rejected?.Invoke(exception);
            }
        }
    }
}
