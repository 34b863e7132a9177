using Inference.Images;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the image decoder for dependency injection.</summary>
public static class ImagesServiceCollectionExtensions
{
    /// <summary>Registers a <see cref="ManagedImageDecoder"/> as <see cref="IImageDecoder"/> unless one is already registered, so that models with the operator ImageDecoder can be loaded.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddImages(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IImageDecoder, ManagedImageDecoder>();
        return services;
    }
}
