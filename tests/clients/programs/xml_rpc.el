;;; xml_rpc.el --- Emacs's xml-rpc  -*- lexical-binding: t -*-

(require 'package)
(package-initialize)
(require 'xml-rpc)

(defun env (name)
  (getenv (concat "CLIENT_" name)))

(defvar credentials (list (cons "Bugzilla_api_key" (env "API_KEY"))))

(defun call (method params)
  (xml-rpc-method-call (concat (env "URL") "xmlrpc.cgi") method (append params credentials)))

(defun field (name struct)
  (cdr (assoc name struct)))

(defun report (&rest words)
  (princ (concat (mapconcat (lambda (word) (format "%s" (or word ""))) words "\t") "\n")))

(defun one (id)
  (field (number-to-string id) (field "attachments" (call "Bug.attachments" `(("attachment_ids" . (,id)))))))

(defun report-state (step attachment)
  (report step (field "summary" attachment) (field "is_obsolete" attachment)
          (mapconcat (lambda (flag) (concat (field "name" flag) (field "status" flag))) (field "flags" attachment) "")))

(defun content ()
  (with-temp-buffer
    (set-buffer-multibyte nil)
    (insert-file-contents-literally (env "FILE"))
    (buffer-string)))

(defun save (bytes)
  (let ((coding-system-for-write 'binary))
    (with-temp-file (env "DOWNLOAD")
      (set-buffer-multibyte nil)
      (insert bytes))))

(when (env "LOGIN")
  (setq credentials nil)
  (let ((user (call "User.login" `(("login" . ,(env "LOGIN")) ("password" . ,(env "PASSWORD"))))))
    (setq credentials (list (cons "Bugzilla_token" (field "token" user))))
    (report "login" (field "id" user))))

(let ((listed (field (env "LIST_BUG") (field "bugs" (call "Bug.attachments" `(("ids" . (,(env "LIST_BUG")))))))))
  (report "list" (mapconcat (lambda (each) (number-to-string (field "id" each))) listed ",")))
(let* ((created (call "Bug.add_attachment"
                      `(("ids" . (,(env "BUG")))
                        ("data" . (:base64 ,(content)))
                        ("file_name" . ,(env "FILE_NAME"))
                        ("summary" . ,(env "SUMMARY"))
                        ("content_type" . "application/octet-stream"))))
       (id (car (field "ids" created)))
       (attachment (progn (report "upload" id) (one id))))
  (save (cadr (field "data" attachment)))
  (report "download" (field "file_name" attachment) (field "summary" attachment))
  (call "Bug.update_attachment"
        `(("ids" . (,id))
          ("summary" . ,(env "NEW_SUMMARY"))
          ("is_obsolete" . t)
          ("flags" . ((("name" . "review") ("status" . "+"))))))
  (report-state "update" (one id))
  (call "Bug.update_attachment"
        `(("ids" . (,id)) ("is_obsolete" . 0) ("flags" . ((("name" . "review") ("status" . "X"))))))
  (report-state "clear" (one id)))
