using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Inference.Docs.Tests;

/// <summary>Runs the web service sample as its reader would: one command, load, and changes of model and options meanwhile.</summary>
public sealed class WebServiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inference-web-").FullName;
    private readonly string _url = $"http://127.0.0.1:{FreePort()}";
    private readonly HttpClient _client = new();
    private readonly StringBuilder _log = new();
    private Process? _service;

    public void Dispose()
    {
        _client.Dispose();
        if (_service is { } service)
        {
            service.Kill();
            service.WaitForExit();
            service.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Sample_UnderLoad_ReloadsItsModelAndItsOptions()
    {
        string settings = Path.Combine(_folder, "appsettings.json");
        File.Copy(Path.Combine(Repository.Root, "samples", "02.WebService", "appsettings.json"), settings);
        _service = Start("--urls", _url, "--contentRoot", _folder, "--Models:scorer:Stages:2:Rollout", "Immediate");
        await UntilAsync("the service is ready", async () => (await GetAsync("/health/ready")).Contains("Healthy", StringComparison.Ordinal));
        Assert.Equal("1", await ServedAsync());

        using Process load = Start("load", _url, "6");
        await RunAsync("publish", "2");
        await UntilAsync("version 2 serves", async () => await ServedAsync() == "2");

        await RunAsync("publish", "3", "corrupt");
        await UntilAsync("health is degraded", async () => (await GetAsync("/health")).Contains("Degraded", StringComparison.Ordinal));
        Assert.Equal("2", await ServedAsync());

        await EditAsync(settings, "\"Policy\": \"Latest\"", "\"Policy\": \"Pinned\"");
        await UntilAsync("options that are not valid are reported", () => Task.FromResult(Log().Contains("expected PinnedVersion with policy Pinned", StringComparison.Ordinal)));
        Assert.Equal("2", await ServedAsync());

        await EditAsync(settings, "\"Policy\": \"Pinned\"", "\"Policy\": \"Pinned\", \"PinnedVersion\": \"1\"");
        await UntilAsync("the pin is taken up", async () => await ServedAsync() == "1");
        await UntilAsync("metrics are served", async () => (await GetAsync("/metrics")).Contains("inference_version_calls", StringComparison.Ordinal));

        await load.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(load.ExitCode == 0, $"calls failed under load:\n{Log()}");
        Assert.False(_service.HasExited, Log());
    }

    [Fact]
    public async Task Sample_ANewVersion_IsACanary_ThatOperatorsPromote_AndPredictionsTakeLabels()
    {
        File.Copy(Path.Combine(Repository.Root, "samples", "02.WebService", "appsettings.json"), Path.Combine(_folder, "appsettings.json"));
        _service = Start("--urls", _url, "--contentRoot", _folder);
        await UntilAsync("the service is ready", async () => (await GetAsync("/health/ready")).Contains("Healthy", StringComparison.Ordinal));
        await RunAsync("publish", "2");
        Assert.Equal(HttpStatusCode.Unauthorized, (await _client.GetAsync(new Uri(_url + "/v1/versions"))).StatusCode);
        _client.DefaultRequestHeaders.Add("X-Api-Key", "operator-of-the-sample");
        await UntilAsync("version 2 is on trial", async () => (await GetAsync("/v1/versions")).Contains("\"state\":\"Canary\"", StringComparison.Ordinal));
        Assert.True((await _client.PostAsync(new Uri(_url + "/v1/versions/2/promote"), null)).IsSuccessStatusCode, Log());
        Assert.Equal("2", await ServedAsync());

        using var row = new StringContent("""{"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _client.PostAsync(new Uri(_url + "/v2/models/scorer/infer"), row);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        string? id = answer.RootElement.GetProperty("parameters").GetProperty("prediction_id").GetString();
        using var label = new StringContent($$"""{"prediction_id":"{{id}}","value":1}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage reported = await _client.PostAsync(new Uri(_url + "/v2/models/scorer/feedback"), label);
        Assert.Contains("accepted", await reported.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Start(params string[] arguments)
    {
        // bin/CONFIGURATION/FRAMEWORK of the sample, as of this test.
        string framework = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.Combine(Repository.Root, "samples", "02.WebService", "bin", configuration, framework, "WebService.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [program, .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(process.ExitCode == 0, Log());
    }

    private async Task<string> GetAsync(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(_url + path));
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<string?> ServedAsync()
    {
        using var content = new StringContent("""{"rows":[[1,2,3,4]],"user":"somebody"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _client.PostAsync(new Uri(_url + "/v1/score"), content);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}\n{Log()}");
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return answer.RootElement.GetProperty("version").GetString();
    }

    // Written aside and renamed, so that the service never reads half of it.
    private static async Task EditAsync(string file, string from, string to)
    {
        string text = await File.ReadAllTextAsync(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file + ".new", text.Replace(from, to, StringComparison.Ordinal));
        File.Move(file + ".new", file, overwrite: true);
    }

    // The limit only ends a test that would hang.
    private async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_service!.HasExited)
            {
                // Not listening yet.
            }

            Assert.False(limit.IsCancellationRequested, $"expected that {what}, it never came to that:\n{Log()}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private void Note(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }

    private string Log()
    {
        lock (_log)
        {
            return _log.ToString();
        }
    }
}
