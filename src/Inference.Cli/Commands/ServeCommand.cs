using System.CommandLine;
using System.Net;
using Inference.Cli.Running;
using Inference.Cli.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Inference.Cli.Commands;

/// <summary>Serves models over HTTP and gRPC.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Models (a file, or a folder that contains model.onnx) or repositories (NAME/VERSION/model.onnx). NAME=PATH gives a single model another name.", Arity = ArgumentArity.ZeroOrMore };
        var http = new Option<string>("--http") { Description = "Address and port of REST; port 0 for any free one.", DefaultValueFactory = _ => "127.0.0.1:8000" };
        var grpc = new Option<string>("--grpc") { Description = "Address and port of gRPC; port 0 for any free one.", DefaultValueFactory = _ => "127.0.0.1:8001" };
        var hosts = new Option<string[]>("--host") { Description = "A name of this server that requests may use, besides localhost and the addresses. May be repeated." };
        var config = new Option<string?>("--config") { Description = "A JSON file with models and their stages (section Models), as of services.AddModels." };
        var backend = new Option<string>("--backend") { Description = "Provider.", DefaultValueFactory = _ => Backends.Cpu };
        var adminKey = new Option<string?>("--admin-key-file") { Description = "File with a key of at least 16 characters. Those who send it (X-Api-Key) may load, unload, promote and roll back. Default: the server is read-only." };
        var noDashboard = new Option<bool>("--no-dashboard") { Description = "Do not serve the dashboard at /." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command(Name, "Serves models by the Open Inference Protocol v2: REST and gRPC. Prints one line 'ready http://… grpc://…' when all models are loaded; SIGTERM answers what was accepted and ends.")
        {
            paths, http, grpc, hosts, config, adminKey, noDashboard, backend, library, verbose,
        };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            string[] given = result.GetValue(paths) ?? [];
            string? file = result.GetValue(config);
            if (given.Length == 0 && file is null)
            {
                throw new UsageException("expected a PATH or --config, got neither.");
            }

            var options = new ServeOptions(
                FoundModel.In(given), Address(result.GetValue(http)!, "--http"), Address(result.GetValue(grpc)!, "--grpc"), result.GetValue(hosts) ?? [], file,
                Known(result.GetValue(backend)!), result.GetValue(library), result.GetValue(adminKey) is { } key ? Key(key) : null, !result.GetValue(noDashboard), KeyFile.Provider);
            WebApplication app = ModelServer.Build(options);
            await using (app.ConfigureAwait(false))
            {
                await app.StartAsync(cancellation).ConfigureAwait(false);
                Console.Out.WriteLine(ModelServer.ReadyLine(app));
                await Console.Out.FlushAsync(cancellation).ConfigureAwait(false);
                await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
            }

            return ExitCodes.Done;
        }));
        return command;
    }

    private static IPEndPoint Address(string text, string option) => IPEndPoint.TryParse(text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal), out IPEndPoint? address) && text.Contains(':', StringComparison.Ordinal) ? address
        : throw new UsageException($"{option}: expected an address and a port, such as 127.0.0.1:8000, got '{text}'.");

    private static string Key(string file)
    {
        string key = (File.Exists(file) ? File.ReadAllText(file) : throw new UsageException($"--admin-key-file: expected a file, '{file}' does not exist.")).Trim();

        // A short key is guessed; the server says nothing of how far a guess was.
        return key.Length >= 16 && !key.AsSpan().ContainsAny(" \t\r\n") ? key : throw new UsageException($"--admin-key-file: expected a key of at least 16 characters without blanks in '{file}', got {key.Length} characters.");
    }

    private static string Known(string backend) => backend is Backends.Cpu or Backends.OnnxRuntime ? backend
        : throw new UsageException($"--backend: expected '{Backends.Cpu}' or '{Backends.OnnxRuntime}', got '{backend}'.");
}
