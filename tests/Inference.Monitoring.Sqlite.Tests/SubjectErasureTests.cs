using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inference.Erasure;
using Inference.Feedback;
using Inference.Monitoring.Tests.Feedback;
using Inference.Security;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Monitoring.Sqlite.Tests;

public sealed class SubjectErasureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _publicKey;

    public SubjectErasureTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_folder.File("receipts.pem"), key.ExportPkcs8PrivateKeyPem());
        _publicKey = key.ExportSubjectPublicKeyInfoPem();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_Registered_FilesHoldNoPlaintext()
    {
        await using ServiceProvider services = Services();
        await CallAsync(services, "subject-ana", "tenant-acme", 10);
        Assert.False(Contains("secret-"), "A value or a report is in plain text.");
        Assert.False(Contains("subject-ana") || Contains("tenant-acme"), "A name is in plain text.");
        List<JoinedOutcome> read = await ReadAsync(services);
        Assert.Equal(10, read.Count);
        Assert.All(read, static o => Assert.Equal(("secret-label", "secret-7"), (o.Value.Text, o.Column("x[0]")?.Text)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Erase_OwnersDataIsGone_OthersIsThere_ReceiptVerifies(bool tenant)
    {
        await using ServiceProvider services = Services();
        await CallAsync(services, "subject-ana", "tenant-acme", 10);
        await CallAsync(services, "subject-ben", "tenant-acme", 5);
        await CallAsync(services, "cyd", "other", 3);
        await CallAsync(services, null, null, 2);
        DataOwner owner = tenant ? DataOwner.OfTenant("tenant-acme") : DataOwner.OfSubject("subject-ana");
        int erased = tenant ? 15 : 10;

        ErasureReceipt receipt = await services.GetRequiredService<IDataErasure>().EraseAsync(owner, "officer", "request 4711");
        ErasureReceipt read = ErasureReceipt.Verify(receipt.Token, _publicKey);
        Assert.Equal([new ModelErasure("ranker", erased, erased, 0, 0)], read.Models);
        Assert.True(read.IsOf(owner) && read.KeyDestroyed);
        Assert.False(read.IsOf(DataOwner.OfSubject("subject-ben")) || read.IsOf(DataOwner.OfTenant("subject-ana")));
        Assert.Equal(("officer", "request 4711", receipt.Id), (read.Actor, read.Reason, read.Id));
        Assert.DoesNotContain(tenant ? "tenant-acme" : "subject-ana", Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(receipt.Token.Split('.')[1])), StringComparison.Ordinal);
        Assert.Equal(20 - erased, (await ReadAsync(services)).Count);

        // Again: nothing is left, and there is a receipt of that too.
        ErasureReceipt again = await services.GetRequiredService<IDataErasure>().EraseAsync(owner, "officer", "request 4711");
        Assert.False(again.KeyDestroyed);
        Assert.Equal([new ModelErasure("ranker", 0, 0, 0, 0)], again.Models);
    }

    [Fact]
    public async Task Export_WritesWhatIsHeldAboutTheOwnerAlone()
    {
        await using ServiceProvider services = Services();
        await CallAsync(services, "subject-ana", "tenant-acme", 2);
        await CallAsync(services, "subject-ben", "tenant-acme", 3);
        IDataExport export = services.GetRequiredService<IDataExport>();
        using var file = new MemoryStream();
        Assert.Equal(4, await export.ExportAsync(DataOwner.OfSubject("subject-ana"), file));
        JsonElement[] lines = [.. Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(["prediction", "prediction", "report", "report"], lines.Select(static l => l.GetProperty("kind").GetString()));
        Assert.All(lines, static l => Assert.Equal(("ranker", 0), (l.GetProperty("model").GetString(), l.GetProperty("row").GetInt32())));
        Assert.All(lines[..2], static l => Assert.Equal("secret-7", l.GetProperty("values").GetProperty("x[0]").GetString()));
        Assert.All(lines[2..], static l => Assert.Equal("secret-label", l.GetProperty("values").GetProperty("label").GetString()));
        Assert.Equal(lines[..2].Select(static l => l.GetProperty("predictionId").GetGuid()).Order(), lines[2..].Select(static l => l.GetProperty("predictionId").GetGuid()).Order());
        Assert.Equal(10, await export.ExportAsync(DataOwner.OfTenant("tenant-acme"), Stream.Null));

        await services.GetRequiredService<IDataErasure>().EraseAsync(DataOwner.OfSubject("subject-ana"), "officer", "request");
        Assert.Equal(0, await export.ExportAsync(DataOwner.OfSubject("subject-ana"), Stream.Null));
        await Assert.ThrowsAsync<ArgumentException>(async () => await export.ExportAsync(default, Stream.Null));
    }

    [Fact]
    public async Task Erase_ThenABackupOfTheStoreIsRestored_TheSubjectStaysErased()
    {
        string backup = _folder.File("backup");
        await using (ServiceProvider services = Services())
        {
            await CallAsync(services, "subject-ana", "tenant-acme", 10);
            await CallAsync(services, "subject-ben", "tenant-acme", 5);
        }

        Directory.CreateDirectory(backup);
        foreach (string file in Directory.GetFiles(_folder.Path, "*.db*"))
        {
            File.Copy(file, Path.Combine(backup, Path.GetFileName(file)));
        }

        await using (ServiceProvider services = Services())
        {
            await services.GetRequiredKeyedService<IModelRunner>("ranker").EnsureLoadedAsync();
            await services.GetRequiredService<IDataErasure>().EraseAsync(DataOwner.OfSubject("subject-ana"), "officer", "request");
        }

        foreach (string file in Directory.GetFiles(_folder.Path, "*.db*"))
        {
            File.Delete(file);
        }

        foreach (string file in Directory.GetFiles(backup))
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        }

        await using ServiceProvider restored = Services();
        await restored.GetRequiredKeyedService<IModelRunner>("ranker").EnsureLoadedAsync();
        Assert.Equal(5, (await ReadAsync(restored)).Count);
        await CallAsync(restored, "subject-ana", "tenant-acme", 1);
        Assert.Equal(6, (await ReadAsync(restored)).Count);
    }

    [Fact]
    public async Task Erase_WhileCallsComeAndReport_LeavesNothingOfBefore()
    {
        await using ServiceProvider services = Services();
        using var stop = new CancellationTokenSource();
        await CallAsync(services, "subject-ana", "tenant-acme", 20);
        Task[] load = [.. Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await CallAsync(services, $"other {i}", "other", 5);
            }
        }))];
        byte[] before = Bytes();
        ErasureReceipt receipt = await services.GetRequiredService<IDataErasure>().EraseAsync(DataOwner.OfSubject("subject-ana"), "officer", "request");
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Equal(20, receipt.Models[0].Predictions);
        Assert.True(before.Length > 0);
        Assert.False(Contains("secret-"));
    }

    [Fact]
    public async Task Verify_ChangedOrForeign_IsRefused()
    {
        await using ServiceProvider services = Services();
        await services.GetRequiredKeyedService<IModelRunner>("ranker").EnsureLoadedAsync();
        string token = (await services.GetRequiredService<IDataErasure>().EraseAsync(DataOwner.OfSubject("subject-ana"), "officer", "request")).Token;
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<InferenceException>(() => ErasureReceipt.Verify(token, other.ExportSubjectPublicKeyInfoPem()));
        string[] parts = token.Split('.');
        string payload = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).Replace("officer", "nobody1", StringComparison.Ordinal)));
        Assert.Throws<InferenceException>(() => ErasureReceipt.Verify($"{parts[0]}.{payload}.{parts[2]}", _publicKey));
        foreach (string bad in new[] { "", "a.b", "a.b.c", "!.!.!", $"{parts[0]}.{parts[1]}.", $"e30.{parts[1]}.{parts[2]}" })
        {
            Assert.Throws<InferenceException>(() => ErasureReceipt.Verify(bad, _publicKey));
        }

        Assert.Throws<InferenceException>(() => ErasureReceipt.Verify(token, "no key"));
    }

    [Fact]
    public async Task Erase_WithoutAKeyForReceipts_ErasesNothing()
    {
        await using ServiceProvider services = Services();
        await CallAsync(services, "subject-ana", "tenant-acme", 3);
        File.Delete(_folder.File("receipts.pem"));
        await Assert.ThrowsAsync<KeyException>(async () => await services.GetRequiredService<IDataErasure>().EraseAsync(DataOwner.OfSubject("subject-ana"), "officer", "request"));
        Assert.Equal(3, (await ReadAsync(services)).Count);
        await Assert.ThrowsAsync<ArgumentException>(async () => await services.GetRequiredService<IDataErasure>().EraseAsync(new DataOwner("tenant-acme", "subject-ana"), "officer", "request"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await services.GetRequiredService<IDataErasure>().EraseAsync(DataOwner.OfSubject("subject-ana"), "of\nficer", "request"));
    }

    private ServiceProvider Services()
    {
        var services = new ServiceCollection();
        IModelBuilder model = services.AddModel("ranker", static o => o.Source = ModelSource.File("not-read.onnx"));
        model.ReplaceSource("test", (_, _) => new ValueTask<IModelRunner>(new FakeRunner(FakeModel.Info("ranker", "7"))));
        model.UseFeedback(o =>
        {
            o.Columns.Add(new FeedbackColumnOptions { Name = "x[0]" });
            o.Redact = static (_, value) => $"secret-{value.Number}";
            o.StoreTimeout = TimeSpan.FromMinutes(1);
        });
        services.AddSqliteFeedback(_folder.File("{model}.db"));
        services.AddSingleton<IModelKeyProvider>(new TestKeyProvider("test"));
        services.AddSubjectKeys(_folder.File("keys"));
        services.AddDataErasure(o => o.SigningKeyFile = _folder.File("receipts.pem"));
        return services.BuildServiceProvider();
    }

    private static async Task CallAsync(ServiceProvider services, string? subject, string? tenant, int calls)
    {
        IModelRunner runner = services.GetRequiredKeyedService<IModelRunner>("ranker");
        var reports = new List<FeedbackReport>();
        for (int i = 0; i < calls; i++)
        {
            var context = new RunContext { Subject = subject, Tenant = tenant };
            using NamedValues inputs = FakeModel.Rows(7);
            (await runner.RunAsync(inputs, context)).Dispose();
            reports.Add(new FeedbackReport(context.Record.PredictionId, "secret-label"));
        }

        Assert.All(await services.GetRequiredKeyedService<IFeedback>("ranker").ReportAsync(reports), static a => Assert.Equal(FeedbackAnswer.Accepted, a));
    }

    private static async Task<List<JoinedOutcome>> ReadAsync(ServiceProvider services)
    {
        var read = new List<JoinedOutcome>();
        await foreach (JoinedOutcome outcome in services.GetRequiredKeyedService<IModelRunner>("ranker").GetService<IOutcomeFeed>()!.ReadJoinedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
        {
            read.Add(outcome);
        }

        return read;
    }

    private bool Contains(string text) => Bytes().AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private byte[] Bytes()
    {
        var all = new MemoryStream();
        foreach (string file in Directory.GetFiles(_folder.Path, "*.db*").Concat(Directory.GetFiles(_folder.File("keys"), "*.k*")))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.CopyTo(all);
        }

        return all.ToArray();
    }
}
