namespace Inference.TestSupport;

/// <summary>A service provider that knows what it is given, by exact type; enough for stages outside dependency injection.</summary>
public sealed class TestServices : IServiceProvider
{
    private readonly Dictionary<Type, object> _services = [];

    /// <summary>Services that give stages this clock.</summary>
    public static TestServices WithClock(TimeProvider clock) => new TestServices().Add(clock);

    /// <summary>Adds a service.</summary>
    public TestServices Add<T>(T service)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(service);
        _services[typeof(T)] = service;
        return this;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => _services.GetValueOrDefault(serviceType);
}
