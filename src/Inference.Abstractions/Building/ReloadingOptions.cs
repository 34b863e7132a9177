using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Inference;

/// <summary>
/// Named options that follow their configuration. A change that fails validation keeps the last good value, is reported, and does not end listening: the next change is read again.
/// (<see cref="IOptionsMonitor{TOptions}"/> has no value at all after a failed change.)
/// </summary>
/// <typeparam name="TOptions">The options.</typeparam>
/// <remarks>Thread-safe. Dispose it to stop listening.</remarks>
public sealed class ReloadingOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions> : IDisposable
    where TOptions : class
{
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _registrations = [];
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly string _name;
    private readonly Action<TOptions>? _changed;
    private readonly Action<Exception>? _rejected;
    private TOptions _current;
    private Exception? _lastError;
    private bool _disposed;

    /// <summary>Reads the options and starts to follow them.</summary>
    /// <param name="services">Where the options are registered.</param>
    /// <param name="name">Their name: the model's.</param>
    /// <param name="changed">Called with each new value, one at a time; what it throws rejects the value.</param>
    /// <param name="rejected">Called with the reason when a change was rejected.</param>
    /// <exception cref="OptionsValidationException">The first value is not valid.</exception>
    public ReloadingOptions(IServiceProvider services, string name, Action<TOptions>? changed = null, Action<Exception>? rejected = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        _factory = services.GetRequiredService<IOptionsFactory<TOptions>>();
        _name = name;
        _changed = changed;
        _rejected = rejected;
        _current = _factory.Create(name);
        foreach (IOptionsChangeTokenSource<TOptions> source in services.GetServices<IOptionsChangeTokenSource<TOptions>>())
        {
            if (source.Name is null || source.Name == name)
            {
                _registrations.Add(ChangeToken.OnChange(source.GetChangeToken, Reload));
            }
        }
    }

    /// <summary>The last valid value.</summary>
    public TOptions Current => Volatile.Read(ref _current);

    /// <summary>Why the last change was rejected; null when it was not.</summary>
    public Exception? LastError => Volatile.Read(ref _lastError);

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        foreach (IDisposable registration in _registrations)
        {
            registration.Dispose();
        }
    }

    // An exception that left this method would reach the configuration system's change thread and other listeners.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever makes a value unusable must not end listening.")]
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
            }
            catch (Exception exception)
            {
                Volatile.Write(ref _lastError, exception);
                _rejected?.Invoke(exception);
            }
        }
    }
}
