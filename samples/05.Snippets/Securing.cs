using Inference;
using Inference.Caching;
using Inference.Erasure;
using Inference.Monitoring;
using Inference.Security;
using Microsoft.Extensions.Compliance.Classification;
using Microsoft.Extensions.Compliance.Redaction;
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

    public static void Privacy(IServiceCollection services)
    {
        #region privacy-register
        services.AddSingleton(ModelKeys.FromFile("/run/secrets/model.key"));
        services.AddSubjectKeys("/var/lib/app/keys");
        services.AddDataErasure(o => o.SigningKeyFile = "/run/secrets/receipts.pem");
        services.AddRedaction(r => r.SetRedactor<ErasingRedactor>(new DataClassificationSet(new DataClassification("Company", "Private"))));
        services.AddModel("ranker", o => o.Source = ModelSource.File("ranker.onnx"))
            .UseFeedback(o =>
            {
                o.Columns.Add(new FeedbackColumnOptions { Name = "age" });
                o.Columns.Add(new FeedbackColumnOptions { Name = "city", Classification = "Company:Private" });
                o.Retention = TimeSpan.FromDays(90);
            })
            .UseCaching(o => o.SecondLevel.Enabled = true);
        #endregion
    }

    public static async Task Erase(IServiceProvider services, Stream file, string publicKey)
    {
        #region privacy-erase
        ErasureReceipt receipt = await services.GetRequiredService<IDataErasure>().EraseAsync(DataOwner.OfSubject("customer-4711"), actor: "dpo", reason: "request 2026-118");
        Console.WriteLine(receipt.Token);                                       // a JSON Web Signature: keep it

        ErasureReceipt read = ErasureReceipt.Verify(receipt.Token, publicKey);
        Console.WriteLine($"{read.At:u} {read.IsOf(DataOwner.OfSubject("customer-4711"))} {read.Models.Sum(m => m.Predictions)} predictions");

        await services.GetRequiredService<IDataExport>().ExportAsync(DataOwner.OfSubject("customer-4712"), file);
        #endregion
    }

    /// <summary>A client of a key management service.</summary>
    public interface IKeyClient
    {
        Task<byte[]> EncryptAsync(string keyName, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> associatedData, CancellationToken cancellationToken);

        Task<byte[]> DecryptAsync(string keyName, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> associatedData, CancellationToken cancellationToken);
    }
}
