using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>Services with a clock, conditions, and options that change.</summary>
internal sealed class StageServices : IServiceProvider, IKeyedServiceProvider, IDisposable
{
    private readonly Dictionary<string, string?> _values = [];
    private readonly IConfigurationRoot _configuration;
    private readonly ServiceProvider _services;

    public StageServices()
    {
        _configuration = new ConfigurationBuilder().AddInMemoryCollection(_values).Build();
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddKeyedSingleton(FakeModel.Info().Name, Conditions)
            .Configure<MonitoringOptions>(FakeModel.Info().Name, _configuration)
            .BuildServiceProvider();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));

    public ModelConditions Conditions { get; } = new();

    /// <summary>Changes an option at run time.</summary>
    public void Change(string option, string value)
    {
        _configuration[option] = value;
        _configuration.Reload();
    }

    public object? GetService(Type serviceType) => _services.GetService(serviceType);

    public object? GetKeyedService(Type serviceType, object? serviceKey) => _services.GetKeyedServices(serviceType, serviceKey).LastOrDefault();

    public object GetRequiredKeyedService(Type serviceType, object? serviceKey) => _services.GetRequiredKeyedService(serviceType, serviceKey);

    public void Dispose() => _services.Dispose();
}
