using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore.Models;

/// <summary>The names of the models in a service collection, in order of registration. Read when the program has registered them all.</summary>
internal sealed class RegisteredModels(IServiceCollection services)
{
    public List<string> Names()
    {
        var names = new List<string>();
        foreach (ServiceDescriptor service in services)
        {
            if (service.IsKeyedService && service.ServiceType == typeof(IModelRunner) && service.ServiceKey is string name && !names.Contains(name))
            {
                names.Add(name);
            }
        }

        return names;
    }
}
