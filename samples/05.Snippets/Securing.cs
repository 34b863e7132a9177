using Inference;
using Inference.Caching;
using Inference.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Securing
{
    public static void Load(IServiceCollection services)
    {
        #region security-load
        using IModelRunner runner = ModelRunner.Load("encrypted/model.onnx", new ModelLoadOptions { Keys = ModelKeys.FromFile("/run/secrets/model.key") });

        // with dependency injection, for every model
        services.AddSingleton(ModelKeys.FromFile("/run/secrets/model.key"));
        #endregion
    }

    public static IModelKeyProvider Service(IKeyClient client, string keyName)
    {
        #region security-service
        IModelKeyProvider keys = ModelKeys.FromDelegates(
            wrap: async (key, context, token) => new WrappedKey(keyName, await client.EncryptAsync(keyName, key, context, token)),
            unwrap: async (key, context, token) => await client.DecryptAsync(key.KeyId, key.Bytes, context, token));
        #endregion
        return keys;
    }

    public static async Task Store(IServiceCollection services, IModelKeyProvider keys)
    {
        #region security-store
        EnvelopeProtector protector = await EnvelopeProtector.CreateAsync(keys, "cache");
        services.AddModel("ranker", o => o.Source = ModelSource.File("ranker.onnx"))
            .UseCaching(o =>
            {
                o.SecondLevel.Protect = protector.Protect;
                o.SecondLevel.Unprotect = protector.Unprotect;
            });
        #endregion
    }

    /// <summary>A client of a key management service.</summary>
    public interface IKeyClient
    {
        Task<byte[]> EncryptAsync(string keyName, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> associatedData, CancellationToken cancellationToken);

        Task<byte[]> DecryptAsync(string keyName, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> associatedData, CancellationToken cancellationToken);
    }
}
