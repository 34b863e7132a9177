using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using Inference.Remote.Endpoints;
using Inference.Remote.Options;
using Inference.Remote.Transport;
using Inference.Remote.Wire;
using Microsoft.Extensions.Options;

namespace Inference.Remote;

/// <summary>
/// A model on one or more servers of the Open Inference Protocol v2, as a runner: with middleware around it, it is cached, batched, monitored and replaced by a fallback like any other. Thread-safe.
/// </summary>
/// <remarks>
/// A call goes to the less loaded of two random servers. It is attempted again only where the model did not run (the connection failed, or the server refused the call because of its load), and sent to a second
/// server after <see cref="RemoteModelOptions.HedgeAfter"/>. Errors: <see cref="InvalidInputException"/> where the server refused the inputs, <see cref="OverloadedException"/> where all servers refused the call
/// because of their load, <see cref="DeadlineExceededException"/> at the deadline or after <see cref="RemoteModelOptions.Timeout"/>, otherwise <see cref="RemoteModelException"/>.
/// </remarks>
public sealed class RemoteModelRunner : IModelRunner, IModelStatus
{
    private readonly RemoteModelOptions _options;
    private readonly EndpointSet _endpoints;
    private readonly CallAttempts _attempts;
    private readonly HttpMessageHandler _handler;
    private readonly HttpClient _client;
    private readonly TimeProvider _clock;
    private readonly string _model;
    private ModelInfo? _info;
    private int _disposed;

    private RemoteModelRunner(string name, RemoteModelOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _model = options.Model ?? name;
        _handler = options.CreateHandler?.Invoke() ?? Handler(options);
        _client = new HttpClient(_handler, disposeHandler: false) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _endpoints = new EndpointSet([.. options.Endpoints.Select(address => new Endpoint(
            address,
            options.Protocol == RemoteProtocol.Grpc ? new GrpcTransport(address, _handler, options) : new RestTransport(address, _client, options),
            options,
            clock))]);
        _attempts = new CallAttempts(_endpoints, options, clock);
    }

    /// <inheritdoc/>
    public ModelInfo Info => _info!;

    /// <summary>The state: ready, degraded while some servers are not called because of their failures, failed while none is.</summary>
    public ModelState State
    {
        get
        {
            int ejected = _endpoints.All.Count(e => e.IsEjected);
            return ejected == 0 ? ModelState.Ready : ejected < _endpoints.All.Count ? ModelState.Degraded : ModelState.Failed;
        }
    }

    /// <inheritdoc/>
    public string Description
    {
        get
        {
            string[] ejected = [.. _endpoints.All.Where(e => e.IsEjected).Select(e => e.Address.ToString())];
            return ejected.Length == 0 ? "" : $"{ejected.Length} of {_endpoints.All.Count} servers failed and are not called for a time: {string.Join(", ", ejected)}.";
        }
    }

    /// <summary>Opens a remote model: asks a server for its signature.</summary>
    /// <param name="name">The model's name here; on the servers too, unless <see cref="RemoteModelOptions.Model"/> says otherwise.</param>
    /// <param name="configure">Sets the options; at least one endpoint.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="OptionsValidationException">The options are not valid.</exception>
    /// <exception cref="ModelLoadException">No server was reached that describes the model; the message says why of each.</exception>
    public static ValueTask<RemoteModelRunner> ConnectAsync(string name, Action<RemoteModelOptions> configure, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new RemoteModelOptions();
        configure(options);
        ValidateOptionsResult result = new RemoteModelOptionsValidator().Validate(name, options);
        return result.Failed ? throw new OptionsValidationException(name, typeof(RemoteModelOptions), result.Failures) : ConnectAsync(name, options, clock ?? TimeProvider.System, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        DateTimeOffset now = _clock.GetUtcNow();
        DateTimeOffset deadline = now + _options.Timeout;
        bool isOfCaller = context?.Deadline < deadline;
        deadline = isOfCaller ? context!.Deadline!.Value : deadline;

        if (deadline <= now)
        {
            throw new DeadlineExceededException($"Model '{Info.Name}': the deadline {deadline:O} passed before the call was sent.") { Deadline = deadline };
        }

        using var timer = new CancellationTokenSource(deadline - now, _clock);
        using CancellationTokenSource? linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken) : null;
        try
        {
            var call = new InferCall(_model, _options.Version, context?.Record.PredictionId.ToString(), context?.Priority ?? RunPriority.Normal, inputs);
            (InferReply reply, Endpoint endpoint) = await _attempts.RunAsync(call, deadline, isOfCaller, (linked ?? timer).Token).ConfigureAwait(false);
            if (context is not null)
            {
                context.Record.AddStep($"remote:{endpoint.Address.Authority}");
                context.Record.VersionServed = reply.Version.Length > 0 ? reply.Version : _options.Version;
            }

            return reply.Outputs;
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DeadlineExceededException($"Model '{Info.Name}': expected an answer before {deadline:O}, got none from {string.Join(", ", _options.Endpoints)}.", exception) { Deadline = deadline };
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Calls in flight end with an error.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _endpoints.Dispose();
            _client.Dispose();
            _handler.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal static async ValueTask<RemoteModelRunner> ConnectAsync(string name, RemoteModelOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var runner = new RemoteModelRunner(name, options, clock);
        try
        {
            runner._info = await runner.DescribeAsync(name, cancellationToken).ConfigureAwait(false);
            return runner;
        }
        catch
        {
            runner.Dispose();
            throw;
        }
    }

    private static SocketsHttpHandler Handler(RemoteModelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            AutomaticDecompression = options.CompressAbove is null ? DecompressionMethods.None : DecompressionMethods.GZip | DecompressionMethods.Deflate,
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            UseCookies = false,

            // Addresses may move: a name is looked up again from time to time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        options.ConfigureHandler?.Invoke(handler);
        return handler;
    }

    private async ValueTask<ModelInfo> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (Endpoint endpoint in _endpoints.All)
        {
            using var timer = new CancellationTokenSource(_options.Timeout, _clock);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                RemoteSignature signature = await endpoint.Transport.DescribeAsync(_model, _options.Version, linked.Token).ConfigureAwait(false);
                return InfoOf(name, signature);
            }
            catch (TransportException exception)
            {
                failures.Add(exception.ToCaller(endpoint.Address, _model).Message);
            }
            catch (InferenceException exception)
            {
                // A description that is not valid.
                failures.Add($"{endpoint.Address}: {exception.Message}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add($"{endpoint.Address}: expected an answer within {_options.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s, got none.");
            }
        }

        throw new ModelLoadException($"Remote model '{name}': expected a server that describes the model, got none: {string.Join(" ", failures)}");
    }

    private ModelInfo InfoOf(string name, RemoteSignature signature)
    {
        string? Property(string key) => signature.Properties.GetValueOrDefault(key);
        bool independent = _options.AssertRowIndependent ?? Property("row_independent") == "true";
        return new ModelInfo
        {
            Name = name,
            Version = _options.Version ?? "",
            Digest = Property("digest") ?? "",
            Inputs = signature.Inputs,
            Outputs = signature.Outputs,
            BatchAxis = independent ? 0 : null,
            RowIndependent = independent,
            Deterministic = _options.Deterministic ?? Property("deterministic") != "false",
            Provider = "remote",
        };
    }
}
