<?xml version="1.0" encoding="UTF-8"?>
<!-- A page for people, made of a WADL document. The style sheet of the page comes in as a parameter. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:wadl="http://wadl.dev.java.net/2009/02" xmlns:json="http://wadl.dev.java.net/2009/02/json-schema"
    exclude-result-prefixes="wadl json">

  <xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat" indent="no"/>
  <xsl:param name="style"/>
  <xsl:param name="words"/>
  <xsl:variable name="base" select="/wadl:application/wadl:resources/@base"/>

  <xsl:template match="/wadl:application">
    <html lang="en">
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>API of <xsl:value-of select="$base"/></title>
        <style><xsl:value-of select="$style" disable-output-escaping="yes"/></style>
      </head>
      <body>
        <a class="skip" href="#methods">Skip to the methods</a>
        <header>
          <div class="site">
          <a class="brand" href="{$base}"><svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false"><path d="M4 28V15a12 12 0 0 1 24 0v13h-6V15a6 6 0 0 0-12 0v13z" fill="currentColor"/></svg>The gateway</a>
          <form action="{$base}docs" method="get" role="search">
            <label for="find">Find a method</label>
            <input id="find" name="find" value="{$words}" type="search"/>
            <button>Find</button>
          </form>
          <a href="{$base}">Front page</a>
          </div>
          <h1>API of <xsl:value-of select="$base"/></h1>
          <xsl:for-each select="wadl:doc"><p><xsl:value-of select="."/></p></xsl:for-each>
          <p>
            The same for programs: <a href="{$base}application.wadl">WADL</a>,
            <a href="{$base}openapi.json">OpenAPI</a>, <a href="{$base}openrpc.json">OpenRPC</a>.
            <xsl:if test="wadl:grammars/wadl:include">
              Grammars:
              <xsl:for-each select="wadl:grammars/wadl:include">
                <xsl:if test="position() > 1">, </xsl:if>
                <a href="{@href}"><xsl:value-of select="substring-after(@href, 'application.wadl/')"/></a>
              </xsl:for-each>.
            </xsl:if>
          </p>
        <xsl:if test="$words">
          <p role="status" class="found">Methods with “<xsl:value-of select="$words"/>”: <xsl:value-of select="count(//wadl:method) + count(call)"/>. <a href="{$base}docs">Show all</a></p>
        </xsl:if>
        </header>
        <nav aria-label="Methods">
          <ul><xsl:apply-templates select="wadl:resources/wadl:resource/wadl:method" mode="contents"/></ul>
          <xsl:if test="call">
            <h2>Over XML-RPC and JSON-RPC</h2>
            <ul class="calls"><xsl:for-each select="call"><li><a href="#call.{@name}"><xsl:value-of select="@name"/></a></li></xsl:for-each></ul>
          </xsl:if>
        </nav>
        <main id="methods"><xsl:apply-templates select="wadl:resources/wadl:resource"/>
          <xsl:if test="call">
            <section>
              <h2>Over XML-RPC and JSON-RPC</h2>
              <xsl:apply-templates select="call"/>
            </section>
          </xsl:if>
        </main>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="call">
    <article id="call.{@name}" aria-labelledby="call.{@name}.title">
      <h3 id="call.{@name}.title"><xsl:value-of select="@name"/></h3>
      <p><xsl:value-of select="@doc"/></p>
      <h4>JSON-RPC</h4>
      <pre tabindex="0" aria-label="{@name} over JSON-RPC"><code><xsl:value-of select="@jsonrpc"/></code></pre>
      <h4>XML-RPC, in Python</h4>
      <pre tabindex="0" aria-label="{@name} over XML-RPC"><code><xsl:value-of select="@xmlrpc"/></code></pre>
    </article>
  </xsl:template>

  <xsl:template match="wadl:method" mode="contents">
    <li>
      <a href="#{@id}">
        <span class="verb"><xsl:value-of select="@name"/></span>
        <xsl:text> </xsl:text>
        <code>/<xsl:value-of select="../@path"/></code>
      </a>
    </li>
  </xsl:template>

  <xsl:template match="wadl:resource">
    <section>
      <h2><code>/<xsl:value-of select="@path"/></code></h2>
      <xsl:apply-templates select="wadl:method"/>
    </section>
  </xsl:template>

  <xsl:template match="wadl:method">
    <article id="{@id}" aria-labelledby="{@id}.title">
      <h3 id="{@id}.title">
        <span class="verb"><xsl:value-of select="@name"/></span>
        <xsl:text> </xsl:text>
        <xsl:value-of select="@id"/>
      </h3>
      <p><xsl:value-of select="wadl:doc[not(@title)]"/></p>
      <xsl:for-each select="wadl:doc[@title = 'Login']"><p><b>Login:</b><xsl:text> </xsl:text><xsl:value-of select="."/></p></xsl:for-each>
      <pre tabindex="0" aria-label="Example call"><code><xsl:value-of select="wadl:doc[@title = 'Example']"/></code></pre>
      <xsl:call-template name="parameters">
        <xsl:with-param name="title">In the path</xsl:with-param>
        <xsl:with-param name="params" select="../wadl:param"/>
        <xsl:with-param name="verb" select="@name"/>
      </xsl:call-template>
      <xsl:variable name="query" select="wadl:request/wadl:param[@style = 'query']"/>
      <xsl:call-template name="parameters">
        <xsl:with-param name="title">In the query string</xsl:with-param>
        <xsl:with-param name="params" select="$query"/>
      </xsl:call-template>
      <xsl:for-each select="wadl:request/wadl:representation">
        <xsl:call-template name="body">
          <xsl:with-param name="title">In a body of </xsl:with-param>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:call-template name="parameters">
        <xsl:with-param name="title">In the headers</xsl:with-param>
        <xsl:with-param name="params" select="wadl:request/wadl:param[@style = 'header']"/>
      </xsl:call-template>
      <h4>Answers</h4>
      <xsl:apply-templates select="wadl:response"/>
    </article>
  </xsl:template>

  <xsl:template name="body">
    <xsl:param name="title"/>
    <details>
      <xsl:if test="position() = 1 and parent::wadl:request"><xsl:attribute name="open"/></xsl:if>
      <summary>
        <xsl:value-of select="$title"/><code><xsl:value-of select="@mediaType"/></code>
      </summary>
      <xsl:if test="@json:describedby">
        <p><a href="{@json:describedby}">Its JSON Schema</a></p>
      </xsl:if>
      <dl><xsl:apply-templates select="wadl:param"/></dl>
    </details>
  </xsl:template>

  <xsl:template name="parameters">
    <xsl:param name="title"/>
    <xsl:param name="params"/>
    <xsl:param name="verb"/>
    <xsl:if test="$params">
      <details>
        <xsl:if test="$params/@required = 'true'"><xsl:attribute name="open"/></xsl:if>
        <summary><xsl:value-of select="$title"/></summary>
        <dl>
          <xsl:apply-templates select="$params"><xsl:with-param name="verb" select="$verb"/></xsl:apply-templates>
        </dl>
      </details>
    </xsl:if>
  </xsl:template>

  <xsl:template match="wadl:param">
    <xsl:param name="verb"/>
    <dt>
      <code><xsl:value-of select="@name"/></code>
      <xsl:text> </xsl:text>
      <span class="type">
        <xsl:choose>
          <xsl:when test="starts-with(@type, 'xs:')"><xsl:value-of select="substring-after(@type, 'xs:')"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="@type"/></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="@repeating = 'true'">, several</xsl:if>
        <xsl:if test="@required = 'true'">, <b>required</b></xsl:if>
        <xsl:if test="@default">, by default <code><xsl:value-of select="@default"/></code></xsl:if>
      </span>
    </dt>
    <dd>
      <xsl:for-each select="wadl:doc[not(@title) or @title = $verb or @title = 'Pattern' or @title = 'Length']">
        <xsl:if test="position() > 1"><xsl:text> </xsl:text></xsl:if>
        <xsl:if test="@title = 'Pattern'">It looks like </xsl:if>
        <xsl:choose>
          <xsl:when test="@title = 'Pattern'"><code><xsl:value-of select="."/></code>.</xsl:when>
          <xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
        </xsl:choose>
      </xsl:for-each>
      <xsl:if test="wadl:option">
        One of
        <xsl:for-each select="wadl:option">
          <xsl:if test="position() > 1">, </xsl:if>
          <code><xsl:value-of select="@value"/></code>
        </xsl:for-each>.
      </xsl:if>
    </dd>
  </xsl:template>

  <xsl:template match="wadl:response">
    <details>
      <summary>
        <b><xsl:value-of select="@status"/></b>
        <xsl:text> </xsl:text>
        <xsl:value-of select="wadl:doc[not(@title)]"/>
        <xsl:for-each select="wadl:representation">
          <xsl:text> </xsl:text>
          <code><xsl:value-of select="@mediaType"/></code>
        </xsl:for-each>
      </summary>
      <xsl:if test="wadl:doc[@title]">
        <dl class="errors">
          <xsl:for-each select="wadl:doc[@title]">
            <dt><code><xsl:value-of select="@title"/></code></dt>
            <dd><xsl:value-of select="."/></dd>
          </xsl:for-each>
        </dl>
      </xsl:if>
      <xsl:if test="wadl:representation/@json:describedby">
        <p><a href="{wadl:representation/@json:describedby}">Its JSON Schema</a></p>
      </xsl:if>
      <xsl:if test="wadl:param | wadl:representation/wadl:param">
        <dl><xsl:apply-templates select="wadl:param | wadl:representation/wadl:param"/></dl>
      </xsl:if>
    </details>
  </xsl:template>
</xsl:stylesheet>
